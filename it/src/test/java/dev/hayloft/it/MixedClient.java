package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * One client of the mixed test: puts, overwrites, appends to, renames, copies and deletes keys of its own, alone and in
 * batches, and remembers what was acknowledged. What was asked for and not answered has happened as a whole or not at
 * all, and from the next look on it has or has not.
 *
 * <p><i>Threads:</i> one at a time: the load first, then the check.
 */
final class MixedClient {
    static final String PLAIN = "mixed-plain";
    static final String SHARED = "mixed-shared";
    static final String KEPT = "mixed-kept";
    static final int VERSIONS_MAX = 4;

    private static final List<String> BUCKETS = List.of(PLAIN, SHARED, KEPT);
    private static final int KEYS = 16;
    private static final int CONTENTS_SHARED = 30;
    private static final int PARTS_MAX = 8;
    private static final int BATCH_MAX = 6;
    private static final String UNKNOWN = "";

    private final int id;
    private final Map<Key, List<Version>> acknowledged = new HashMap<>();
    private final Map<Key, List<Version>> asked = new LinkedHashMap<>();

    MixedClient(int id) {
        this.id = id;
    }

    private record Key(String bucket, String name) {
        String path() {
            return HttpCalls.object(bucket, name);
        }

        boolean isKept() {
            return bucket.equals(KEPT);
        }
    }

    /**
     * A version of a key.
     *
     * @param number as the server gave it, or {@link #UNKNOWN}; only of keys that keep versions
     * @param parts what it holds; empty of a delete marker
     */
    private record Version(String number, Optional<List<Long>> parts) {
        Version {
            parts = parts.map(List::copyOf);
        }

        static Version of(List<Long> parts) {
            return new Version(UNKNOWN, Optional.of(parts));
        }
    }

    /** Writes until told to stop, or until the server is gone. */
    void load(HttpCalls calls, SplittableRandom random, AtomicLong count, BooleanSupplier isStopping) {
        try {
            while (!isStopping.getAsBoolean()) {
                write(calls, random);
                count.incrementAndGet();
            }
        } catch (IOException serverIsGone) {
            assertThat(asked.size())
                    .as("what client %d had in flight: %s", id, serverIsGone)
                    .isLessThanOrEqualTo(BATCH_MAX);
        }
    }

    private void write(HttpCalls calls, SplittableRandom random) throws IOException {
        String bucket = BUCKETS.get(random.nextInt(BUCKETS.size()));
        Key key = key(bucket, random);
        List<Version> now = acknowledged.getOrDefault(key, List.of());
        String durability = random.nextInt(4) == 0 ? "disk" : "memory";
        int choice = random.nextInt(24);
        boolean isThere = !now.isEmpty() && now.get(0).parts().isPresent();
        if (choice < 4) {
            remove(calls, key, now, durability);
        } else if (choice == 4) {
            refuse(calls, key, random);
        } else if (choice < 7 && !key.isKept()) {
            append(calls, key, now, number(bucket, random), durability);
        } else if (choice < 9 && !key.isKept() && isThere) {
            move(calls, key, key(random.nextBoolean() ? PLAIN : SHARED, random), random.nextBoolean());
        } else if (choice < 9 && key.isKept() && !now.isEmpty()) {
            prune(calls, key, now, random);
        } else if (choice < 12) {
            batch(calls, bucket, random, durability);
        } else {
            put(calls, key, now, number(bucket, random), durability);
        }
    }

    /** Reads keys of anybody until the server is gone; what it gets must have been written so at some time. */
    static void read(HttpCalls calls, SplittableRandom random, int clients, BooleanSupplier isStopping) {
        try {
            while (!isStopping.getAsBoolean()) {
                Key key = new MixedClient(random.nextInt(clients))
                        .key(BUCKETS.get(random.nextInt(BUCKETS.size())), random);
                HttpResponse<byte[]> answer = calls.get(key.path());
                assertThat(answer.statusCode() == 404
                                || answer.statusCode() == 200 && MixedValues.isWhole(answer.body()))
                        .as("read of %s: %d", key, answer.statusCode())
                        .isTrue();
            }
        } catch (IOException serverIsGone) {
            assertThat(serverIsGone).isNotNull(); // As it is meant to be, sooner or later.
        }
    }

    private Key key(String bucket, SplittableRandom random) {
        return new Key(bucket, "client-" + id + "/key-" + random.nextInt(KEYS));
    }

    /** The same few contents again and again where equal content is stored once. */
    private static long number(String bucket, SplittableRandom random) {
        return bucket.equals(SHARED) ? random.nextInt(CONTENTS_SHARED) : random.nextLong();
    }

    private void put(HttpCalls calls, Key key, List<Version> now, long number, String durability) throws IOException {
        asked.put(key, written(key, now, number));
        settle(calls.put(key.path(), MixedValues.part(number), "X-Hayloft-Durability", durability), 200, 201);
    }

    private static List<Version> written(Key key, List<Version> now, long number) {
        List<Version> next = new ArrayList<>(List.of(Version.of(List.of(number))));
        if (key.isKept()) {
            next.addAll(now.subList(0, Math.min(now.size(), VERSIONS_MAX - 1)));
        }
        return next;
    }

    private static List<Version> removed(Key key, List<Version> now) {
        List<Version> next = new ArrayList<>();
        if (key.isKept()) {
            boolean isSurplus = now.size() > VERSIONS_MAX; // A second marker takes the first one's place then.
            next.add(new Version(UNKNOWN, Optional.empty()));
            next.addAll(isSurplus ? now.subList(1, now.size()) : now);
        }
        return next;
    }

    private void remove(HttpCalls calls, Key key, List<Version> now, String durability) throws IOException {
        asked.put(key, removed(key, now));
        settle(calls.delete(key.path(), "X-Hayloft-Durability", durability), 204);
    }

    private void append(HttpCalls calls, Key key, List<Version> now, long number, String durability)
            throws IOException {
        List<Long> parts =
                new ArrayList<>(now.isEmpty() ? List.of() : now.get(0).parts().orElse(List.of()));
        if (parts.size() == PARTS_MAX) {
            put(calls, key, now, number, durability);
            return;
        }
        parts.add(number);
        asked.put(key, List.of(Version.of(parts)));
        settle(
                calls.send(
                        "POST",
                        key.path() + "?op=append",
                        MixedValues.part(number),
                        "X-Hayloft-Durability",
                        durability),
                200,
                201);
    }

    /** Renames within a bucket, or copies. */
    private void move(HttpCalls calls, Key key, Key to, boolean isRename) throws IOException {
        List<Version> versions = acknowledged.getOrDefault(key, List.of());
        if (isRename) {
            Key target = new Key(key.bucket(), to.name());
            asked.put(key, List.of());
            asked.put(target, versions);
            settle(calls.send("POST", key.path() + "?op=rename&to=" + target.name(), new byte[0]), 200);
        } else {
            asked.put(to, versions);
            settle(
                    calls.send("POST", key.path() + "?op=copy&to=" + to.bucket() + "/" + to.name(), new byte[0]),
                    200,
                    201);
        }
    }

    /** Takes out one version, or all. */
    private void prune(HttpCalls calls, Key key, List<Version> now, SplittableRandom random) throws IOException {
        Version one = now.get(random.nextInt(now.size()));
        if (one.number().equals(UNKNOWN) || random.nextInt(4) == 0) {
            asked.put(key, List.of());
            settle(calls.delete(key.path() + "?purge=true"), 204);
        } else {
            List<Version> next = new ArrayList<>(now);
            next.remove(one);
            asked.put(key, next);
            settle(calls.delete(key.path() + "?version=" + one.number()), 204);
        }
    }

    private void batch(HttpCalls calls, String bucket, SplittableRandom random, String durability) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 1 + random.nextInt(BATCH_MAX); i > 0; i--) {
            Key key = key(bucket, random);
            long number = number(bucket, random);
            boolean isDelete = random.nextInt(4) == 0;
            if (asked.containsKey(key)) {
                continue;
            }
            List<Version> now = acknowledged.getOrDefault(key, List.of());
            asked.put(key, isDelete ? removed(key, now) : written(key, now, number));
            lines.append("{\"key\":\"").append(key.name()).append('"');
            lines.append(
                    isDelete
                            ? ",\"op\":\"delete\"}\n"
                            : ",\"base64\":\"" + Base64.getEncoder().encodeToString(MixedValues.part(number))
                                    + "\"}\n");
        }
        settle(
                calls.send(
                        "POST",
                        "/v1/buckets/" + bucket + "/batch",
                        lines.toString().getBytes(StandardCharsets.UTF_8),
                        "Content-Type",
                        "application/x-ndjson",
                        "X-Hayloft-Durability",
                        durability),
                200);
    }

    private void settle(HttpResponse<byte[]> answer, Integer... expected) {
        assertThat(answer.statusCode())
                .as("%s: %s", answer.request(), HttpCalls.text(answer))
                .isIn((Object[]) expected);
        Optional<String> number =
                asked.size() == 1 ? answer.headers().firstValue("X-Hayloft-Version") : Optional.empty();
        asked.forEach((key, versions) -> acknowledged.put(
                key, number.map(known -> numbered(versions, known)).orElse(versions)));
        asked.clear();
    }

    private static List<Version> numbered(List<Version> versions, String number) {
        List<Version> numbered = new ArrayList<>(versions);
        if (!numbered.isEmpty() && numbered.get(0).number().equals(UNKNOWN)) {
            numbered.set(0, new Version(number, numbered.get(0).parts()));
        }
        return numbered;
    }

    /** A write that has to be refused after its body was read; nothing of it may ever be seen. */
    private static void refuse(HttpCalls calls, Key key, SplittableRandom random) throws IOException {
        byte[] body = MixedValues.part(random.nextLong());
        HttpResponse<byte[]> answer = calls.put(key.path(), body, "X-Hayloft-Sha256", "0".repeat(64));
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(400);
    }

    /** Compares every key with what was acknowledged, and learns what became of a write without an answer. */
    void check(HttpCalls calls) throws IOException {
        if (!asked.isEmpty()) {
            boolean happened = true;
            for (Map.Entry<Key, List<Version>> after : asked.entrySet()) {
                happened &= difference(calls, after.getKey(), after.getValue()).isEmpty();
            }
            if (happened) {
                acknowledged.putAll(asked);
            } else {
                asked.forEach((key, after) -> acknowledged.putIfAbsent(key, List.of()));
            }
        }
        for (Map.Entry<Key, List<Version>> entry : List.copyOf(acknowledged.entrySet())) {
            assertThat(difference(calls, entry.getKey(), entry.getValue()))
                    .as("client %d after a kill, in flight %s", id, asked)
                    .isEmpty();
            learn(calls, entry.getKey(), entry.getValue());
        }
        asked.clear();
    }

    /** What is not as these versions say; empty when all is. */
    private static Optional<String> difference(HttpCalls calls, Key key, List<Version> versions) throws IOException {
        HttpResponse<byte[]> answer = calls.get(key.path());
        Optional<List<Long>> newest =
                versions.isEmpty() ? Optional.empty() : versions.get(0).parts();
        if (!holds(answer, newest)) {
            return Optional.of(describe(key, newest, answer));
        }
        if (!key.isKept()) {
            return Optional.empty();
        }
        List<JsonObject> listed = versions(calls, key);
        if (listed.size() != versions.size()) {
            return Optional.of(key + " has versions " + listed + ", expected " + versions);
        }
        for (int i = 0; i < listed.size(); i++) {
            Version version = versions.get(i);
            String number = listed.get(i).text("version");
            boolean isMarker = listed.get(i).toString().contains("\"deleted\":true");
            boolean isOther =
                    !version.number().equals(UNKNOWN) && !version.number().equals(number);
            if (isOther || isMarker == version.parts().isPresent()) {
                return Optional.of(key + " has versions " + listed + ", expected " + versions);
            }
            if (!isMarker && i > 0) {
                HttpResponse<byte[]> old = calls.get(key.path() + "?version=" + number);
                if (!holds(old, version.parts())) {
                    return Optional.of("version " + number + " of " + describe(key, version.parts(), old));
                }
            }
        }
        return Optional.empty();
    }

    private static List<JsonObject> versions(HttpCalls calls, Key key) throws IOException {
        HttpResponse<byte[]> answer = calls.get(key.path() + "?versions");
        List<JsonObject> versions = new ArrayList<>();
        if (answer.statusCode() != 404) {
            assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(200);
            for (JsonValue version : JsonValue.parse(HttpCalls.text(answer))
                    .asObject()
                    .find("versions")
                    .orElseThrow()
                    .asArray()) {
                versions.add(version.asObject());
            }
        }
        return versions;
    }

    private void learn(HttpCalls calls, Key key, List<Version> versions) throws IOException {
        if (key.isKept()
                && versions.stream().anyMatch(version -> version.number().equals(UNKNOWN))) {
            List<JsonObject> listed = versions(calls, key);
            List<Version> known = new ArrayList<>();
            for (int i = 0; i < versions.size(); i++) {
                known.add(new Version(
                        listed.get(i).text("version"), versions.get(i).parts()));
            }
            acknowledged.put(key, known);
        }
    }

    private static boolean holds(HttpResponse<byte[]> answer, Optional<List<Long>> parts) {
        return parts.map(numbers ->
                        answer.statusCode() == 200 && Arrays.equals(answer.body(), MixedValues.content(numbers)))
                .orElse(answer.statusCode() == 404);
    }

    private static String describe(Key key, Optional<List<Long>> parts, HttpResponse<byte[]> answer) {
        return key + " with " + parts + ", answered " + answer.statusCode() + " with " + answer.body().length + " bytes"
                + (answer.statusCode() >= 400 ? ": " + HttpCalls.text(answer) : "");
    }

    /** Keys of a bucket that have a value. */
    long liveKeys(String bucket) {
        return acknowledged.entrySet().stream()
                .filter(entry -> entry.getKey().bucket().equals(bucket))
                .filter(entry -> !entry.getValue().isEmpty()
                        && entry.getValue().get(0).parts().isPresent())
                .count();
    }

    /** Deletes everything for good. */
    void empty(HttpCalls calls) throws IOException {
        for (Key key : List.copyOf(acknowledged.keySet())) {
            asked.put(key, List.of());
            settle(calls.delete(key.path() + (key.isKept() ? "?purge=true" : "")), 204);
        }
    }
}
