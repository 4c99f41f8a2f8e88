package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * One client of the crash test: writes to keys of its own, one after the other, and remembers what was acknowledged.
 * Values follow from a number, so that memory holds numbers and not bytes. What was asked for and not answered may have
 * happened or not, and from the next look on it has or has not.
 *
 * <p><i>Threads:</i> one at a time: the load first, then the check.
 */
final class CrashClient {
    static final String BUCKET = "crash";

    private static final int KEYS = 60;
    private static final int[] SIZES = {0, 1, 100, 1_000, 4_096, 20_000, 70_000};
    private static final int LARGE_SIZE = 2_500_000;

    /** No value: never written, or deleted. */
    private static final long ABSENT = 0;

    private final int id;
    private final SplittableRandom random;
    private final Map<String, Long> acknowledged = new HashMap<>();
    private final Map<String, Long> asked = new HashMap<>();
    private long lastNumber;
    private long acknowledgedCount;
    private long refusedCount;

    CrashClient(int id, SplittableRandom random) {
        this.id = id;
        this.random = random;
    }

    /** Writes until told to stop, or until the server is gone. */
    void load(HttpCalls calls, BooleanSupplier isStopping) {
        try {
            while (!isStopping.getAsBoolean()) {
                writeOnce(calls);
            }
        } catch (IOException serverIsGone) {
            assertThat(asked)
                    .as("what client %d had in flight: %s", id, serverIsGone)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    private void writeOnce(HttpCalls calls) throws IOException {
        String key = "client-" + id + "/key-" + random.nextInt(KEYS);
        String path = HttpCalls.object(BUCKET, key);
        String durability = random.nextInt(4) == 0 ? "disk" : "memory";
        int choice = random.nextInt(20);
        if (choice < 4) {
            asked.put(key, ABSENT);
            HttpResponse<byte[]> answer = calls.delete(path, "X-Hayloft-Durability", durability);
            settle(key, ABSENT, answer, 204);
        } else if (choice == 4) {
            refuse(calls, path, value(random.nextLong()));
        } else {
            long number = id + 1000L * ++lastNumber;
            asked.put(key, number);
            HttpResponse<byte[]> answer = calls.put(path, value(number), "X-Hayloft-Durability", durability);
            settle(key, number, answer, acknowledged.getOrDefault(key, ABSENT) == ABSENT ? 201 : 200);
        }
    }

    private void settle(String key, long number, HttpResponse<byte[]> answer, int expected) {
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(expected);
        acknowledged.put(key, number);
        asked.remove(key);
        acknowledgedCount++;
    }

    /** A write that has to be refused after its body was read; nothing of it may ever be seen. */
    private void refuse(HttpCalls calls, String path, byte[] body) throws IOException {
        HttpResponse<byte[]> answer = calls.put(path, body, "X-Hayloft-Sha256", "0".repeat(64));
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isEqualTo(400);
        refusedCount++;
    }

    /** Compares every key with what was acknowledged, and learns what became of writes without an answer. */
    void check(HttpCalls calls) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            String key = "client-" + id + "/key-" + i;
            long before = acknowledged.getOrDefault(key, ABSENT);
            HttpResponse<byte[]> answer = calls.get(HttpCalls.object(BUCKET, key));
            if (!asked.containsKey(key)) {
                assertThat(holds(answer, before))
                        .as(describe(key, before, answer))
                        .isTrue();
            } else {
                long after = asked.getOrDefault(key, ABSENT);
                boolean happened = holds(answer, after);
                assertThat(happened || holds(answer, before))
                        .as("either %s or %s", describe(key, before, answer), describe(key, after, answer))
                        .isTrue();
                acknowledged.put(key, happened ? after : before);
            }
        }
        asked.clear();
    }

    /** Keys that have a value. */
    long liveKeys() {
        return acknowledged.values().stream().filter(number -> number != ABSENT).count();
    }

    long acknowledgedCount() {
        return acknowledgedCount;
    }

    long refusedCount() {
        return refusedCount;
    }

    private static boolean holds(HttpResponse<byte[]> answer, long number) {
        return number == ABSENT
                ? answer.statusCode() == 404
                : answer.statusCode() == 200 && Arrays.equals(answer.body(), value(number));
    }

    private static String describe(String key, long number, HttpResponse<byte[]> answer) {
        return key + (number == ABSENT ? " absent" : " with value " + number + " of " + value(number).length + " bytes")
                + ", answered " + answer.statusCode() + " with " + answer.body().length + " bytes"
                + (answer.statusCode() == 500 ? ": " + HttpCalls.text(answer) : "");
    }

    /** The bytes a number stands for. */
    private static byte[] value(long number) {
        SplittableRandom bytes = new SplittableRandom(number);
        int pick = bytes.nextInt(100);
        int sizeBytes = pick < 3 ? LARGE_SIZE : SIZES[pick % SIZES.length];
        byte[] value = new byte[sizeBytes];
        bytes.nextBytes(value);
        return value;
    }
}
