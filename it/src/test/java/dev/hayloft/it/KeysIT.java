package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys are bytes: every legal one is stored, found, listed in its place, and is no other key. */
final class KeysIT {
    private static final String BUCKET = "keys";
    private static final int KEY_BYTES_MAX = 1024;

    @TempDir
    Path folder;

    @Test
    void keys_ofEveryLegalByte_areTakenAsSent() throws IOException {
        List<byte[]> keys = keysOfEveryByte();
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket(BUCKET);
            for (byte[] key : keys) {
                HttpResponse<byte[]> answer = calls.put(HttpCalls.object(BUCKET, key), key);
                assertThat(answer.statusCode()).as(Arrays.toString(key)).isEqualTo(201);
            }
            for (byte[] key : keys) {
                assertThat(calls.get(HttpCalls.object(BUCKET, key)).body()).isEqualTo(key);
            }
            assertThat(digestsListed(calls)).isEqualTo(digestsInOrder(keys));
            server.stopCleanly();
        }
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            for (byte[] key : keys) {
                assertThat(calls.get(HttpCalls.object(BUCKET, key)).body()).isEqualTo(key);
            }
            server.stopCleanly();
        }
    }

    @Test
    void keys_thatAreNotLegal_areRefusedAndLeaveNothing() throws IOException {
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            HttpCalls calls = server.calls();
            calls.makeBucket(BUCKET);
            String objects = "/v1/buckets/" + BUCKET + "/objects/";
            for (String path : List.of(
                    objects + "a%00b",
                    objects + "%ff",
                    objects + "%c3%28",
                    objects + "%ed%a0%80",
                    objects + "x".repeat(KEY_BYTES_MAX + 1))) {
                HttpResponse<byte[]> answer = calls.put(path, new byte[] {1});
                assertThat(answer.statusCode()).as(path).isEqualTo(400);
                assertThat(HttpCalls.text(answer)).as(path).contains("urn:hayloft:problem:bad-key");
            }
            assertThat(digestsListed(calls)).isEmpty();
            server.stopCleanly();
        }
    }

    /**
     * Each byte that may stand in UTF-8, alone or in the shortest character that has it, and shapes that tools fold.
     */
    private static List<byte[]> keysOfEveryByte() {
        List<byte[]> keys = new ArrayList<>();
        for (int ascii = 1; ascii < 128; ascii++) {
            keys.add(new byte[] {(byte) ascii});
            keys.add(("between " + (char) ascii + " two").getBytes(StandardCharsets.UTF_8));
        }
        for (int point = 0x80; point < 0x800; point += 61) {
            keys.add(character(point));
        }
        for (int lead = 0xC2; lead <= 0xDF; lead++) {
            keys.add(character((lead & 0x1F) << 6 | lead & 0x3F));
        }
        for (int lead = 0xE0; lead <= 0xEF; lead++) {
            keys.add(character(Math.max(0x800, (lead & 0x0F) << 12) + 0x7FF));
        }
        for (int lead = 0xF0; lead <= 0xF4; lead++) {
            keys.add(character(Math.max(0x10000, (lead & 0x07) << 18) + 0xFFFF));
        }
        for (String shape : List.of("a/../b", "../../x", "//", "a//b", "/a", "a/", "a+b", "a%2Fb", "a?b#c", "~", ".")) {
            keys.add(shape.getBytes(StandardCharsets.UTF_8));
        }
        keys.add("k".repeat(KEY_BYTES_MAX).getBytes(StandardCharsets.UTF_8));
        List<byte[]> distinct = new ArrayList<>();
        for (byte[] key : keys) {
            if (distinct.stream().noneMatch(other -> Arrays.equals(other, key))) {
                distinct.add(key);
            }
        }
        return distinct;
    }

    private static String sha256(byte[] value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] character(int point) {
        return new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8);
    }

    /** Every value is its key, so the digests listed show the keys and their order, whatever JSON makes of them. */
    private static List<String> digestsListed(HttpCalls calls) throws IOException {
        String listing = HttpCalls.text(calls.get("/v1/buckets/" + BUCKET + "/objects?limit=10000"));
        List<String> etags = new ArrayList<>();
        for (String piece : listing.split("\"etag\":\"", -1)) {
            etags.add(piece.substring(0, Math.min(64, piece.length())));
        }
        return etags.subList(1, etags.size());
    }

    private static List<String> digestsInOrder(List<byte[]> keys) {
        return keys.stream().sorted(Arrays::compareUnsigned).map(KeysIT::sha256).toList();
    }
}
