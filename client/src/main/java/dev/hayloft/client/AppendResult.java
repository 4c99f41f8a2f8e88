package dev.hayloft.client;

/**
 * What the server acknowledged of an append.
 *
 * @param created whether the key was absent before
 * @param etag of the whole object, as the header has it, quotes included
 * @param version a decimal number
 * @param objectSizeBytes of the whole object now
 * @param sentBytes of this part
 */
public record AppendResult(boolean created, String etag, String version, long objectSizeBytes, long sentBytes) {}
