/**
 * HTTP/1.1 (RFC 9112) over plain sockets: connections, a pool of them, heads and framed bodies. Knows nothing of
 * buckets. Our own because {@code java.net.http} costs a command 0.6 s before its first byte, and this 0.05 s.
 */
@NullMarked
package dev.hayloft.client.http;

import org.jspecify.annotations.NullMarked;
