package dev.hayloft.client;

import dev.hayloft.model.Sha256;

/**
 * What the server acknowledged.
 *
 * @param created whether the key was absent before
 * @param etag as the header has it, quotes included
 * @param version a decimal number
 * @param sha256 of the content, the same on both sides
 * @param sizeBytes what was sent
 */
public record PutResult(boolean created, String etag, String version, Sha256 sha256, long sizeBytes) {}
