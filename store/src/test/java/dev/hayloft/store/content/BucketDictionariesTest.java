package dev.hayloft.store.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleFormat;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a bucket gets dictionaries, what it uses them for, and what a lost one does. */
@Timeout(120)
class BucketDictionariesTest {
    private static final int BUCKET = 7;
    private static final long MINUTE = 61_000;

    private final Compressors compressors = new Compressors();
    private final Kept kept = new Kept();
    private final List<BucketDictionaries> looked = new ArrayList<>();
    private final SplittableRandom random = Seeds.random("dictionaries of a bucket");
    private BucketContent content = open();

    @AfterEach
    void close() {
        compressors.close();
    }

    /** Remembers what it is given, as the system partition does. */
    private static final class Kept implements DictionaryStore {
        private final Map<Integer, ByteBuffer> bytes = new HashMap<>();
        private List<DictionaryFacts> facts = List.of();

        @Override
        public Optional<ByteBuffer> load(int bucketId, int number) {
            return Optional.ofNullable(bytes.get(number)).map(ByteBuffer::duplicate);
        }

        @Override
        public void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored) {
            assertThat(bucketId).isEqualTo(BUCKET);
            facts = List.copyOf(all);
            bytes.put(all.get(all.size() - 1).number(), stored.duplicate());
        }
    }

    private BucketContent open() {
        DictionaryWatch watch = new DictionaryWatch() {
            @Override
            public void look(BucketDictionaries bucket) {
                looked.add(bucket);
            }

            @Override
            public boolean admitSample(int sizeBytes) {
                return true;
            }

            @Override
            public void releaseSamples(long sizeBytes) {}

            @Override
            public void loaded(BucketDictionaries bucket) {}
        };
        return new BucketContent(compressors, new BucketDictionaries(BUCKET, kept.facts, kept, watch));
    }

    private ByteBuffer entry(String kind) {
        String text = "{\"kind\":\"" + kind + "\",\"id\":" + random.nextInt(1_000_000) + ",\"" + kind
                + "-name\":\"bale\",\"" + kind + "-place\":{\"loft\":" + random.nextInt(40) + ",\"barn\":\"" + kind
                + " and more\"},\"note\":\"" + Long.toString(random.nextLong(), 36) + "\"}";
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Encoded encode(ByteBuffer raw) {
        return content.encode("auto", false, "application/json", raw);
    }

    private void feed(String kind, int bytes) {
        for (int done = 0; done < bytes; ) {
            ByteBuffer entry = entry(kind);
            done += entry.remaining();
            encode(entry);
        }
    }

    private Optional<DictionaryFacts> train() {
        return content.train("auto", false, kept, 5);
    }

    private static NeedleView needle(ByteBuffer raw, Encoded encoded) {
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                encoded.coding(),
                false,
                raw.remaining(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(BUCKET, 1, 1, 1);
        ByteBuffer key = ByteBuffer.wrap(new byte[] {'k'});
        int offset = encoder.add(head, key, ByteBuffer.allocate(0), encoded.payload());
        return NeedleView.parse(encoder.bytes(offset, encoder.lastNeedleSize()));
    }

    private static byte codec(Encoded encoded) {
        return encoded.coding().codec();
    }

    @Test
    void train_ofEntriesThatAreAlike_makesThoseThatComeMuchSmaller() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(looked).containsExactly(content.dictionaries());
        assertThat(content.dictionaries().isDue(0)).isTrue();
        ByteBuffer raw = entry("hay");
        Encoded plain = encode(raw);
        DictionaryFacts facts = train().orElseThrow();
        Encoded encoded = encode(raw);
        assertThat(codec(encoded)).isEqualTo(NeedleFormat.CODEC_ZSTD_DICTIONARY);
        assertThat(encoded.payload().remaining() * 2).isLessThan(plain.payload().remaining());
        assertThat(content.decode(needle(raw, encoded))).isEqualTo(raw);
        assertThat(content.decode(needle(raw, plain))).isEqualTo(raw);
        assertThat(facts.number()).isEqualTo(1);
        assertThat(facts.sealed()).isFalse();
        assertThat(facts.trial().gain()).isGreaterThan(2);
        assertThat(kept.load(BUCKET, 1).orElseThrow().remaining()).isEqualTo(facts.sizeBytes());
        assertThat(content.dictionaries().isDue(0)).isFalse();
    }

    @Test
    void isDue_ofABucketThatIsSeldomWrittenTo_waitsAMinuteAndNoLonger() {
        feed("hay", Samples.BYTES_MIN + 1000);
        assertThat(content.dictionaries().isDue(0)).isFalse();
        assertThat(content.dictionaries().isDue(MINUTE)).isTrue();
        assertThat(train()).isPresent();
    }

    @Test
    void train_ofRandomContent_leavesTheBucketWithoutAndAsksAgainMuchLater() {
        for (int i = 0; i < Samples.BYTES_MAX / 500 + 1; i++) {
            byte[] bytes = new byte[500];
            random.nextBytes(bytes);
            encode(ByteBuffer.wrap(bytes));
        }
        assertThat(content.dictionaries().isDue(0)).isTrue();
        assertThat(train()).isEmpty();
        assertThat(kept.bytes).isEmpty();
        feed("hay", Samples.BYTES_MAX);
        assertThat(content.dictionaries().isCollecting()).isFalse();
        feed("hay", 8 * Samples.BYTES_MAX);
        assertThat(train()).isPresent();
    }

    @Test
    void train_whenWhatComesIsOfAnotherKind_makesASecondAndKeepsTheFirst() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(train()).isPresent();
        ByteBuffer early = entry("hay");
        Encoded byFirst = encode(early);
        feed("hay", 2 * Samples.BYTES_MAX);
        assertThat(content.dictionaries().isCollecting()).isFalse(); // It still does as well as it promised.
        int alien = 0;
        while (!content.dictionaries().isDue(0)) {
            feed("another-sort-of-thing", Samples.BYTES_MAX);
            assertThat(++alien).isLessThan(20);
        }
        assertThat(train().orElseThrow().number()).isEqualTo(2);
        ByteBuffer late = entry("another-sort-of-thing");
        Encoded bySecond = encode(late);
        content = open(); // As after a restart.
        assertThat(content.decode(needle(early, byFirst))).isEqualTo(early);
        assertThat(content.decode(needle(late, bySecond))).isEqualTo(late);
    }

    @Test
    void encode_afterARestart_goesOnAtOnceAndUsesTheDictionaryOnceItIsLoaded() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(train()).isPresent();
        content = open();
        looked.clear();
        ByteBuffer raw = entry("hay");
        assertThat(codec(encode(raw))).isNotEqualTo(NeedleFormat.CODEC_ZSTD_DICTIONARY);
        assertThat(looked).containsExactly(content.dictionaries());
        content.loadDictionaries();
        assertThat(codec(encode(raw))).isEqualTo(NeedleFormat.CODEC_ZSTD_DICTIONARY);
    }

    @Test
    void decode_withALostOrDamagedDictionary_namesIt() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(train()).isPresent();
        ByteBuffer raw = entry("hay");
        Encoded encoded = encode(raw);
        ByteBuffer bytes = kept.load(BUCKET, 1).orElseThrow();
        kept.bytes.clear();
        content = open();
        assertThat(content.isAtHand(needle(raw, encoded))).isFalse();
        assertThatThrownBy(() -> content.decode(needle(raw, encoded)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("dictionary")
                .hasMessageContaining("lost")
                .hasMessageContaining("dictionary: 1")
                .hasMessageContaining("bucketId: 7");
        assertThatThrownBy(content::loadDictionaries).isInstanceOf(CorruptionException.class);
        content.loadDictionaries(); // It is not tried again, and writing goes on.
        assertThat(codec(encode(raw))).isNotEqualTo(NeedleFormat.CODEC_ZSTD_DICTIONARY);
        kept.bytes.put(1, ByteBuffer.allocate(bytes.remaining()));
        assertThatThrownBy(() -> content.decode(needle(raw, encoded)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("damaged");
        ByteBuffer unknown = ByteBuffer.allocate(50).put(0, (byte) 9);
        assertThatThrownBy(() -> content.decode(needle(raw, new Encoded(unknown, encoded.coding()))))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("dictionary: 9");
        ByteBuffer tooShort = ByteBuffer.allocate(3);
        assertThatThrownBy(() -> content.decode(needle(raw, new Encoded(tooShort, encoded.coding()))))
                .isInstanceOf(CorruptionException.class);
        kept.bytes.put(1, bytes);
        assertThat(content.decode(needle(raw, encoded))).isEqualTo(raw);
    }

    @Test
    void decode_ofADamagedPayload_isRefusedOrAnotherContentNeverAnotherSize() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(train()).isPresent();
        ByteBuffer raw = entry("hay");
        Encoded encoded = encode(raw);
        int refused = 0;
        for (int at = 0; at < encoded.payload().remaining(); at++) {
            byte[] bytes = new byte[encoded.payload().remaining()];
            encoded.payload().get(encoded.payload().position(), bytes);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            NeedleView damaged = needle(raw, new Encoded(ByteBuffer.wrap(bytes), encoded.coding()));
            try {
                assertThat(content.decode(damaged).remaining()).isEqualTo(raw.remaining());
            } catch (CorruptionException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(4); // Each number of another dictionary, at least.
    }

    @Test
    void encode_ofEverySizeAndKind_comesBack() {
        feed("hay", Samples.BYTES_MAX + 1000);
        assertThat(train()).isPresent();
        for (int round = 0; round < 500; round++) {
            int size = round < 200 ? round : random.nextInt(20_000);
            byte[] bytes = new byte[size];
            if (random.nextBoolean()) {
                random.nextBytes(bytes);
            }
            for (int at = 0; at < size && random.nextInt(5) != 0; at += 300) {
                ByteBuffer entry = entry("hay");
                entry.get(bytes, at, Math.min(entry.remaining(), size - at));
            }
            ByteBuffer raw = ByteBuffer.wrap(bytes);
            for (String setting : List.of("auto", "none", "zstd", "zstd:19", "zlib")) {
                if (setting.equals("zstd:19") && round % 50 != 0) {
                    continue;
                }
                Encoded encoded = content.encode(setting, false, "application/json", raw);
                assertThat(encoded.payload().remaining()).isLessThanOrEqualTo(size);
                if (encoded.coding().equals(Coding.RAW)) {
                    assertThat(encoded.payload()).isEqualTo(raw);
                } else {
                    assertThat(content.decode(needle(raw, encoded))).isEqualTo(raw);
                }
                if (codec(encoded) == NeedleFormat.CODEC_ZSTD_DICTIONARY) {
                    assertThat(size).isLessThanOrEqualTo(BucketDictionaries.CONTENT_SIZE_MAX);
                    assertThat(setting).isNotIn("none", "zlib");
                }
            }
        }
    }
}
