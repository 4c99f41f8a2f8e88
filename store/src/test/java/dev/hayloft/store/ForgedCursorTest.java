package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cursors that no server gave, made by somebody who may read and write one bucket. */
class ForgedCursorTest {
    private static final BucketName MINE = new BucketName("mine");
    private static final BucketName OTHER = new BucketName("other");
    private static final int POSITION_OFFSET = 29;
    private static final int UNSEALED_SIZE = 45;

    @TempDir
    Path data;

    private HayloftStore store;

    @BeforeEach
    void open() {
        store = HayloftStore.open(TestConfig.in(data).build(), Clock.systemUTC());
        store.createBucket(MINE, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        store.createBucket(OTHER, BucketSettings.defaults(Durability.MEMORY).withCompression("none"));
        put(OTHER, "x", "real".getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void put(BucketName bucket, String key, byte[] value) {
        Futures.await(store.put(PutRequest.of(bucket, ObjectKey.of(key)), ByteBuffer.wrap(value)));
    }

    private List<Change> changes(BucketName bucket, String after) {
        return store.changes(new ChangesRequest(bucket, after, "", 10, false)).changes();
    }

    private static byte[] decoded(String cursor) {
        return Base64.getUrlDecoder().decode(cursor);
    }

    private static String encoded(byte[] cursor) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor);
    }

    /** A cursor as servers gave them that knew no seal, with a position of one's choice. */
    private static String unsealed(String genuine, long sequence, long position) {
        ByteBuffer bytes = ByteBuffer.allocate(UNSEALED_SIZE).put(decoded(genuine), 0, UNSEALED_SIZE);
        bytes.put(0, (byte) 1).putLong(POSITION_OFFSET - Long.BYTES, sequence).putLong(POSITION_OFFSET, position);
        return encoded(bytes.array());
    }

    /** What stands in the log for a frame of another bucket, at each of the four places behind a multiple of 4. */
    private static byte[] disguised(int bucketId) {
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(bucketId, 1, 1, 1);
        ByteBuffer nothing = ByteBuffer.allocate(0);
        encoder.add(NeedleHead.tombstone(), ByteBuffer.wrap(new byte[] {'x'}), nothing, nothing);
        int size = encoder.sizeBytes();
        byte[] frame = new byte[size];
        encoder.finish(LogPosition.START).get(0, frame);
        ByteBuffer content = ByteBuffer.allocate(4 * (2 * Integer.BYTES + size)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
            content.putInt(size).put(frame);
            int used = Integer.BYTES + size;
            content.position(content.position() + (4 - used % 4) % 4 + 1); // One byte off the next time.
        }
        return content.array();
    }

    /** Where the disguised frame stands behind a multiple of 4. */
    private long positionOf(byte[] frameStart, int volume) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("partitions/0/log"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 0; at + frameStart.length < bytes.length; at += 4) {
                    if (Arrays.equals(bytes, at, at + frameStart.length, frameStart, 0, frameStart.length)) {
                        return LogPosition.of(volume, at + Integer.BYTES);
                    }
                }
            }
        }
        throw new AssertionError("the object is not stored as it is");
    }

    @Test
    void changes_withAPositionOfTheClientsChoice_tellNobodyWhatItHasStoredThere() throws IOException {
        byte[] filling = new byte[900_000];
        put(MINE, "a", filling);
        put(MINE, "b", filling);
        List<Change> before = changes(OTHER, ChangesRequest.EARLIEST);
        assertThat(before).hasSize(1);
        int bucketId = ByteBuffer.wrap(decoded(before.get(0).cursor())).getInt(17);
        byte[] disguised = disguised(bucketId);
        put(MINE, "c", disguised);
        String mine = changes(MINE, ChangesRequest.EARLIEST).get(2).cursor();
        int volume = LogPosition.volume(ByteBuffer.wrap(decoded(mine)).getLong(POSITION_OFFSET));
        long position = positionOf(Arrays.copyOf(disguised, 16), volume);

        assertThat(changes(MINE, unsealed(mine, 0, position))).hasSize(3);
        assertThat(changes(OTHER, ChangesRequest.EARLIEST)).isEqualTo(before);
    }

    @Test
    void changes_withACursorThatWasGivenBeforeThereWereSeals_goOnBehindItsSequence() {
        put(OTHER, "y", new byte[1]);
        put(OTHER, "z", new byte[1]);
        List<Change> all = changes(OTHER, ChangesRequest.EARLIEST);
        long sequence = ByteBuffer.wrap(decoded(all.get(0).cursor())).getLong(POSITION_OFFSET - Long.BYTES);
        String old = unsealed(all.get(0).cursor(), sequence, 77);
        assertThat(changes(OTHER, old)).isEqualTo(all.subList(1, 3));
    }

    @Test
    void changes_withAnyByteOfACursorChanged_areRefused() {
        put(OTHER, "y", new byte[1]);
        byte[] genuine = decoded(changes(OTHER, ChangesRequest.EARLIEST).get(0).cursor());
        for (int i = 0; i < genuine.length; i++) {
            byte[] forged = genuine.clone();
            forged[i] ^= 1;
            assertThatThrownBy(() -> changes(OTHER, encoded(forged)))
                    .as("byte %s", i)
                    .isInstanceOfSatisfying(HayloftException.class, e -> assertThat(e.code())
                            .isIn(ErrorCode.BAD_PARAMETER, ErrorCode.GONE));
        }
        assertThat(changes(OTHER, encoded(genuine))).hasSize(1);
    }
}
