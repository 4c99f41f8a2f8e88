package dev.hayloft.api.http;

import dev.hayloft.api.config.Settings;
import dev.hayloft.api.identity.AuditLog;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.Links;
import dev.hayloft.api.identity.Users;
import dev.hayloft.api.metrics.ServerMetrics;
import dev.hayloft.store.ObjectStore;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * What every call may use.
 *
 * @param store the store behind the calls
 * @param settings of this server
 * @param authenticator checks keys
 * @param users who may ask
 * @param links signs and checks links
 * @param audit hears of refusals and of what operators do
 * @param metrics counts
 * @param blocking runs what may wait for a disk; refuses when too much waits already
 * @param responders answer what the store completes
 * @param budget bounds the bytes of bodies in memory
 * @param streams bounds answers of open length
 * @param requestIds names requests
 * @param dates writes dates of headers
 * @param clock tells the time
 */
public record Front(
        ObjectStore store,
        Settings settings,
        Authenticator authenticator,
        Users users,
        Links links,
        AuditLog audit,
        ServerMetrics metrics,
        Executor blocking,
        Responders responders,
        ByteBudget budget,
        Permits streams,
        RequestIds requestIds,
        HttpDate dates,
        InstantSource clock) {}
