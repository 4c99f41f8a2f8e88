package dev.hayloft.adminui;

import java.nio.ByteBuffer;

/**
 * A file of the console.
 *
 * @param content read-only, from position to limit; to be duplicated by whoever moves it
 * @param contentType of the content
 * @param etag quoted, of exactly this content
 */
public record ConsoleFile(ByteBuffer content, String contentType, String etag) {
    public ConsoleFile {
        content = content.asReadOnlyBuffer();
    }
}
