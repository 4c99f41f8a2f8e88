package dev.hayloft.store.content;

import dev.hayloft.log.format.Coding;
import java.nio.ByteBuffer;

/**
 * Content as it is to be stored.
 *
 * @param payload from position to limit; the content's own buffer when it is stored raw
 * @param coding how the one stands for the other
 */
public record Encoded(ByteBuffer payload, Coding coding) {}
