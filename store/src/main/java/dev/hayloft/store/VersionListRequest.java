package dev.hayloft.store;

import java.util.OptionalLong;

/**
 * What to list of all versions of all keys, the newest of a key first.
 *
 * @param keys which keys; the limit counts versions and prefixes together
 * @param afterVersion with {@code after}: goes on behind this version of that key; else behind all of its versions
 */
public record VersionListRequest(ListRequest keys, OptionalLong afterVersion) {}
