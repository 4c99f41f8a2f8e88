package dev.hayloft.cli.place;

import dev.hayloft.cli.text.MediaTypes;
import dev.hayloft.client.Content;
import dev.hayloft.client.GetOptions;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListEntry.ObjectEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.ObjectContent;
import dev.hayloft.client.PutOptions;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The keys of a bucket that begin with a prefix; content types and user metadata go along between two of these. */
final class BucketPlace implements Place {
    private final HayloftClient client;
    private final boolean owned;
    private final String bucket;
    private final String prefix;

    /**
     * A place on a server.
     *
     * @param owned whether closing the place closes the client
     * @param prefix put before every key; empty or with a slash at its end
     */
    BucketPlace(HayloftClient client, boolean owned, String bucket, String prefix) {
        this.client = client;
        this.owned = owned;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public String name() {
        return prefix.isEmpty() ? bucket : bucket + "/" + prefix;
    }

    @Override
    public boolean overlaps(Place other) {
        if (!(other instanceof BucketPlace place)) {
            return false;
        }
        return client.server().equals(place.client.server())
                && bucket.equals(place.bucket)
                && place.prefix.startsWith(prefix)
                && !place.prefix.equals(prefix);
    }

    @Override
    public Iterator<Entry> list() {
        Iterator<ListEntry> entries = client.list(
                        bucket, ListOptions.prefix(prefix).withLimit(ListOptions.LIMIT_MAX))
                .iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Entry next() {
                return entry((ObjectEntry) entries.next()); // Without a delimiter there are no prefixes.
            }
        };
    }

    private Entry entry(ObjectEntry object) {
        String etag = object.json().find("etag").map(JsonValue::asText).orElse("");
        Optional<Sha256> sha256 = etag.matches("[0-9a-f]{64}") ? Optional.of(Sha256.parse(etag)) : Optional.empty();
        return new Entry(object.name().substring(prefix.length()), object.sizeBytes(), sha256);
    }

    @Override
    public Optional<Blob> open(String key) {
        ObjectContent content;
        try {
            content = client.get(bucket, prefix + key, GetOptions.whole());
        } catch (HayloftClientException e) {
            if (e.code().equals("no-such-key")) {
                return Optional.empty();
            }
            throw e;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (!content.info().contentType().isEmpty()) {
            headers.put(CONTENT_TYPE, content.info().contentType());
        }
        content.info().metadata().forEach((name, value) -> headers.put(META + name, value));
        content.info().sha256().ifPresent(digest -> headers.put(SHA256, digest.hex()));
        FilterInputStream stream = new FilterInputStream(content.stream()) {
            @Override
            public void close() {
                content.close();
            }
        };
        return Optional.of(new Blob(stream, content.info().contentSizeBytes(), headers));
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        PutOptions options = PutOptions.none();
        for (Map.Entry<String, String> header : blob.headers().entrySet()) {
            options = options.withHeader(header.getKey(), header.getValue());
        }
        if (!blob.headers().containsKey(CONTENT_TYPE)) { // A file has none.
            options = MediaTypes.ofName(key).map(options::withContentType).orElse(options);
        }
        client.put(bucket, prefix + key, content(blob), options);
    }

    /** Small content is sent with its digest, so that the server refuses what was damaged on the way. */
    private static Content content(Blob blob) throws IOException {
        if (blob.sizeBytes() > 1 << 20) {
            return Content.of(blob.stream(), blob.sizeBytes());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) blob.sizeBytes());
        blob.copyTo(bytes);
        return Content.of(bytes.toByteArray());
    }

    @Override
    public void delete(String key) {
        client.delete(bucket, prefix + key);
    }

    @Override
    public void close() {
        if (owned) {
            client.close();
        }
    }
}
