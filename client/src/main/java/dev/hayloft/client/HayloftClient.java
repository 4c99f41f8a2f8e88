package dev.hayloft.client;

import dev.hayloft.client.Wire.Call;
import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.http.HttpHeaders;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Sha256;
import java.io.Closeable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hayloft server as an object. Every call is synchronous and throws {@link HayloftClientException} when it does not
 * succeed.
 *
 * <p><i>Durability:</i> when {@link #put} returns, the object is as durable as its bucket or its options ask.
 *
 * <p><i>Threads:</i> any; each call in flight holds one connection, idle ones are kept for the next.
 */
public final class HayloftClient implements Closeable {
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final Comparator<ListEntry> BY_NAME = Comparator.comparing(ListEntry::name, Utf8Order.INSTANCE);

    private final URI server;
    private final Wire wire;
    private final Operations operations;

    private HayloftClient(URI server, Wire wire, Operations operations) {
        this.server = server;
        this.wire = wire;
        this.operations = operations;
    }

    /**
     * A client without a connection yet: the first call opens one.
     *
     * @throws IllegalArgumentException when a URL of the configuration is none of a server
     */
    public static HayloftClient open(ClientConfig config) {
        return new HayloftClient(
                config.server(), new Wire(config.server(), config), new Operations(new Wire(config.admin(), config)));
    }

    /** Where it speaks to, as configured. */
    public URI server() {
        return server;
    }

    /** The operations API, on the admin port. */
    public Operations operations() {
        return operations;
    }

    /**
     * Makes a bucket. One of the same settings may exist.
     *
     * @param settings those to set, by the contract's names; an empty object: defaults
     */
    public Bucket createBucket(String bucket, JsonObject settings) {
        Call call = Call.of("PUT", Targets.bucket(bucket));
        Call full = settings.members().isEmpty() ? call : call.withJson(settings, "application/json");
        return wire.json(full, Bucket::new);
    }

    /** The buckets that the key may read. */
    public List<Bucket> buckets() {
        List<Bucket> found = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Map<String, String> parameters = after.<Map<String, String>>map(name -> Map.of("after", name))
                    .orElse(Map.of());
            Call call = Call.of("GET", Targets.query("/v1/buckets", parameters));
            after = wire.json(call, page -> {
                page.get("buckets").asArray().forEach(bucket -> found.add(new Bucket(bucket.asObject())));
                return page.find("next").map(JsonValue::asText);
            });
        } while (after.isPresent());
        return found;
    }

    public Bucket bucket(String bucket) {
        return wire.json(Call.of("GET", Targets.bucket(bucket)), Bucket::new);
    }

    /** Changes settings: a merge patch, in which {@code null} takes a setting back to its default. */
    public Bucket patchBucket(String bucket, JsonObject settings) {
        return wire.json(Call.of("PATCH", Targets.bucket(bucket)).withJson(settings, MERGE_PATCH), Bucket::new);
    }

    /**
     * Deletes a bucket.
     *
     * @param force whether its contents go too; otherwise it must be empty
     */
    public void deleteBucket(String bucket, boolean force) {
        String target = Targets.bucket(bucket);
        wire.run(Call.of("DELETE", force ? target + "?force=true" : target));
    }

    /**
     * Stores an object.
     *
     * @throws HayloftClientException {@code wrong-digest} when the server names another SHA-256 than was sent: the
     *     object was damaged on its way and must be stored again
     */
    public PutResult put(String bucket, String key, Content content, PutOptions options) {
        HashedBody body = new HashedBody(content.body(), content.sha256().isEmpty(), options.progress());
        Map<String, String> headers = new LinkedHashMap<>(options.allHeaders());
        content.sha256().ifPresent(digest -> headers.put("X-Hayloft-Sha256", digest.hex()));
        Call call = new Call("PUT", Targets.object(bucket, key), headers, body);
        try (HttpAnswer answer = wire.send(call)) {
            Sha256 sent = content.sha256().orElseGet(body::sha256);
            HttpHeaders told = answer.headers();
            String stored = told.find("x-hayloft-sha256").orElse("");
            if (!stored.equalsIgnoreCase(sent.hex())) {
                throw HayloftClientException.local(
                        HayloftClientException.WRONG_DIGEST,
                        "\"" + key + "\" was sent with the SHA-256 " + sent.hex() + " but stored with \"" + stored
                                + "\"; store it again");
            }
            return new PutResult(
                    answer.status() == 201,
                    told.find("etag").orElse(""),
                    told.find("x-hayloft-version").orElse(""),
                    sent,
                    body.sentBytes());
        }
    }

    /**
     * Puts bytes behind those that an object has, or makes it. Type and metadata count only where it is made. A broken
     * connection leaves open whether it happened: {@link PutOptions#atOffset} makes it safe to repeat.
     */
    public AppendResult append(String bucket, String key, Content content, PutOptions options) {
        HashedBody body = new HashedBody(content.body(), false, options.progress());
        Map<String, String> headers = new LinkedHashMap<>(options.allHeaders());
        content.sha256().ifPresent(digest -> headers.put("X-Hayloft-Sha256", digest.hex()));
        String target = Targets.query(Targets.object(bucket, key), Map.of("op", "append"));
        try (HttpAnswer answer = wire.send(new Call("POST", target, headers, body))) {
            HttpHeaders told = answer.headers();
            String size = told.find("x-hayloft-size").orElse("");
            if (!size.matches("[0-9]{1,18}")) {
                throw HayloftClientException.local(
                        HayloftClientException.BAD_ANSWER,
                        "the answer to an append has no X-Hayloft-Size; is this the right port?");
            }
            return new AppendResult(
                    answer.status() == 201,
                    told.find("etag").orElse(""),
                    told.find("x-hayloft-version").orElse(""),
                    Long.parseLong(size),
                    body.sentBytes());
        }
    }

    /**
     * A producer of records, which needs this client open for as long as it lives. Closed by the caller.
     *
     * @param bucket not looked up before the first record
     */
    public Producer producer(String bucket, ProducerOptions options) {
        return Producer.start(wire, bucket, options);
    }

    /** Opens an object; the caller closes it. */
    public ObjectContent get(String bucket, String key, GetOptions options) {
        HttpAnswer answer = wire.send(Call.of("GET", Targets.query(Targets.object(bucket, key), options.parameters()))
                .withHeaders(options.headers()));
        try {
            return new ObjectContent(answer);
        } catch (HayloftClientException e) {
            answer.close();
            throw e;
        }
    }

    public ObjectInfo head(String bucket, String key) {
        try (HttpAnswer answer = wire.send(Call.of("HEAD", Targets.object(bucket, key)))) {
            return ObjectInfo.of(answer.headers());
        }
    }

    /** Deletes a key; an absent one is deleted already. */
    public void delete(String bucket, String key) {
        wire.run(Call.of("DELETE", Targets.object(bucket, key)));
    }

    /** Deletes one version of a key, or a delete marker; an absent one is deleted already. */
    public void deleteVersion(String bucket, String key, String version) {
        wire.run(Call.of("DELETE", Targets.query(Targets.object(bucket, key), Map.of("version", version))));
    }

    /** Deletes a key with all its versions, for good. */
    public void purge(String bucket, String key) {
        wire.run(Call.of("DELETE", Targets.query(Targets.object(bucket, key), Map.of("purge", "true"))));
    }

    /** Deletes a key if its newest version is this one. */
    public void deleteIf(String bucket, String key, String version) {
        wire.run(Call.of("DELETE", Targets.object(bucket, key)).withHeaders(Map.of("X-Hayloft-If-Version", version)));
    }

    /** Gives an object another name in its bucket, at once for everybody. */
    public Placed rename(String bucket, String key, String to, PlaceOptions options) {
        Call call = Call.of("POST", Targets.query(Targets.object(bucket, key), options.parameters("rename", to)))
                .withHeaders(options.headers());
        return wire.json(
                call,
                json -> new Placed(
                        json.get("key").asText(),
                        json.get("version").asText(),
                        json.get("replaced").asBoolean()));
    }

    /** Copies an object on the server, also to another bucket. */
    public Placed copy(String bucket, String key, String toBucket, String toKey, PlaceOptions options) {
        Map<String, String> parameters = options.parameters("copy", toBucket + "/" + toKey);
        Call call = Call.of("POST", Targets.query(Targets.object(bucket, key), parameters))
                .withHeaders(options.headers());
        try (HttpAnswer answer = wire.send(call)) {
            String version = answer.headers().find("x-hayloft-version").orElse("");
            return new Placed(toKey, version, answer.status() == 200);
        }
    }

    /**
     * Changes an object's metadata or content type by a JSON merge patch.
     *
     * @param patch {@code metadata} and {@code contentType}, or one of them; null removes
     * @return the object's entry then, with its metadata
     */
    public JsonObject patch(String bucket, String key, JsonObject patch) {
        Call call = Call.of("PATCH", Targets.object(bucket, key)).withJson(patch, "application/merge-patch+json");
        return wire.json(call, json -> json);
    }

    /** The versions of a key, the newest first, delete markers among them, as the contract shows them. */
    public List<JsonObject> versions(String bucket, String key) {
        List<JsonObject> found = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Map<String, String> parameters = new LinkedHashMap<>(Map.of("versions", "true"));
            after.ifPresent(version -> parameters.put("after", version));
            Call call = Call.of("GET", Targets.query(Targets.object(bucket, key), parameters));
            after = wire.json(call, page -> {
                page.get("versions").asArray().forEach(version -> found.add(version.asObject()));
                return page.find("next").map(JsonValue::asText);
            });
        } while (after.isPresent());
        return found;
    }

    /** One page of a listing. */
    public ListPage listPage(String bucket, ListOptions options) {
        String target = Targets.query(Targets.objects(bucket), options.parameters(true));
        return wire.json(Call.of("GET", target), HayloftClient::page);
    }

    /** The whole listing, page by page as it is walked. */
    public Iterable<ListEntry> list(String bucket, ListOptions options) {
        return () -> new PagedListing(this, bucket, options);
    }

    /**
     * The whole listing from one answer; the caller closes it. For long listings: the server works it off in one go.
     */
    public ListStream listStream(String bucket, ListOptions options) {
        String target = Targets.query(Targets.objects(bucket), options.parameters(false));
        return new ListStream(wire.send(Call.of("GET", target).withHeaders(Map.of("Accept", "application/x-ndjson"))));
    }

    private static ListPage page(JsonObject page) {
        List<ListEntry> entries = new ArrayList<>();
        page.get("objects").asArray().forEach(entry -> entries.add(new ListEntry.ObjectEntry(entry.asObject())));
        JsonArray prefixes = page.get("prefixes").asArray();
        prefixes.forEach(prefix -> entries.add(new ListEntry.PrefixEntry(prefix.asText())));
        if (!prefixes.values().isEmpty()) {
            entries.sort(BY_NAME);
        }
        return new ListPage(entries, page.find("next").map(JsonValue::asText));
    }

    /**
     * The next changes of a bucket.
     *
     * @throws HayloftClientException {@code gone} when a deletion behind the cursor is not kept any more
     */
    public ChangePage changes(String bucket, ChangesOptions options) {
        String target = Targets.query(Targets.bucket(bucket) + "/changes", options.parameters());
        return ChangeReader.read(wire, Call.of("GET", target));
    }

    /**
     * Makes a token that stands for the access key of this client.
     *
     * @param seconds 60 to 604800
     * @return token and expiresAt
     */
    public JsonObject createToken(int seconds) {
        JsonObject wish = JsonObject.of("expiresIn", JsonValue.of(seconds));
        return wire.json(Call.of("POST", "/v1/tokens").withJson(wish, "application/json"), json -> json);
    }

    /**
     * Makes a signed link.
     *
     * @param wish method, bucket, key and what else the contract names
     * @return method, url and expiresAt
     */
    public JsonObject createLink(JsonObject wish) {
        return wire.json(Call.of("POST", "/v1/links").withJson(wish, "application/json"), json -> json);
    }

    /** Closes idle connections; those of open contents when these are closed. */
    @Override
    public void close() {
        wire.close();
        operations.close();
    }
}
