package dev.hayloft.client;

import dev.hayloft.client.http.HttpHeaders;
import dev.hayloft.model.Sha256;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the head of a GET or HEAD says of an object.
 *
 * @param contentSizeBytes bytes of this answer's content: the object's, or the range's
 * @param etag as the header has it, quotes included
 * @param version a decimal number
 * @param sha256 of the whole content; empty for an appended object
 * @param contentType the media type
 * @param lastModified as the header has it
 * @param metadata user metadata by name
 */
public record ObjectInfo(
        long contentSizeBytes,
        String etag,
        String version,
        Optional<Sha256> sha256,
        String contentType,
        String lastModified,
        SortedMap<String, String> metadata) {

    static ObjectInfo of(HttpHeaders headers) {
        String size = headers.find("content-length").orElse("");
        if (!size.matches("[0-9]{1,18}")) {
            throw HayloftClientException.local(
                    HayloftClientException.BAD_ANSWER,
                    "the object's answer has no Content-Length; is this the right port?");
        }
        return new ObjectInfo(
                Long.parseLong(size),
                headers.find("etag").orElse(""),
                headers.find("x-hayloft-version").orElse(""),
                headers.find("x-hayloft-sha256")
                        .filter(hex -> hex.matches("[0-9a-fA-F]{64}"))
                        .map(Sha256::parse),
                headers.find("content-type").orElse(""),
                headers.find("last-modified").orElse(""),
                headers.startingWith("x-hayloft-meta-"));
    }
}
