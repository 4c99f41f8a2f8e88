package dev.hayloft.bench;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.Compressors;
import dev.hayloft.store.content.ContentMemory;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.encryption.MasterKeys;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts and decrypts objects as a put and a get of an encrypted bucket do (payload and attributes, the needle's
 * parsing aside), and the same content, alone and with the attributes, by the platform's bare AES-256-GCM into memory
 * that is there, in turns, on one thread; prints medians of the rates and the ratios. Arguments: MiB a run, rounds.
 *
 * <p>{@code -Dhayloft.bench.cpuTime=true} counts the thread's processor time, for a machine that is not idle.
 */
public final class EncryptionBenchmark {
    private static final Logger LOGGER = System.getLogger(EncryptionBenchmark.class.getName());
    private static final int[] SIZES = {1 << 10, 16 << 10, 128 << 10, 1 << 20};
    private static final int TAG_BITS = 128;

    private final BucketContent content = new BucketContent(new Compressors());
    private final ObjectAttributes attributes = new ObjectAttributes("text/plain", Map.of(), Map.of("origin", "bench"));
    private final ByteBuffer key = ByteBuffer.wrap("a/key/of/21/bytes/abc".getBytes(StandardCharsets.US_ASCII));
    private final SecretKeySpec bareKey = new SecretKeySpec(new byte[32], "AES");
    private final Cipher cipher;
    private final long bytesPerRun;
    private long counter;

    private EncryptionBenchmark(long bytesPerRun) throws GeneralSecurityException, IOException {
        this.bytesPerRun = bytesPerRun;
        this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        Path file = Files.createTempFile("hayloft-bench-", ".key");
        try {
            Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]));
            MasterKeys keys = MasterKeys.read(new EncryptionConfig(Optional.of(file), List.of()));
            content.unlock(keys.cipher(keys.newDataKey(1), 1).orElseThrow());
        } finally {
            Files.delete(file);
        }
    }

    /** Runs it. */
    public static void main(String[] args) throws GeneralSecurityException, IOException {
        EncryptionBenchmark benchmark = new EncryptionBenchmark(Long.parseLong(args[0]) << 20);
        int rounds = Integer.parseInt(args[1]);
        for (int size : SIZES) {
            benchmark.compare(size, rounds);
        }
    }

    /** A message for the bare cipher, in memory that is there. */
    private final class Bare {
        private final byte[] clear;
        private final byte[] sealed;
        private GCMParameterSpec nonce = nonce();

        Bare(byte[] clear) {
            this.clear = clear;
            this.sealed = new byte[clear.length + TAG_BITS / Byte.SIZE];
        }

        private GCMParameterSpec nonce() {
            return new GCMParameterSpec(
                    TAG_BITS, ByteBuffer.allocate(12).putLong(4, ++counter).array());
        }

        void seal() throws GeneralSecurityException {
            nonce = nonce();
            cipher.init(Cipher.ENCRYPT_MODE, bareKey, nonce);
            cipher.doFinal(clear, 0, clear.length, sealed);
        }

        void open() throws GeneralSecurityException {
            cipher.init(Cipher.DECRYPT_MODE, bareKey, nonce);
            cipher.doFinal(sealed, 0, sealed.length, clear);
        }
    }

    private void compare(int size, int rounds) throws GeneralSecurityException {
        double[] put = new double[rounds];
        double[] get = new double[rounds];
        double[][] bareSeal = new double[2][rounds]; // Of the content; of content and attributes.
        double[][] bareOpen = new double[2][rounds];
        byte[] raw = new byte[size];
        Arrays.fill(raw, (byte) 'x');
        NeedleView needle = needle(raw);
        Bare ofContent = new Bare(raw);
        Bare ofAttributes = new Bare(AttributesFormat.encode(attributes).array());
        List<List<Bare>> messages = List.of(List.of(ofContent), List.of(ofContent, ofAttributes));
        for (int round = -2; round < rounds; round++) { // The first two, not counted, warm up.
            int at = Math.max(round, 0);
            for (int i = 0; i < 2; i++) {
                bareSeal[i][at] = bareSeal(messages.get(i), size);
                bareOpen[i][at] = bareOpen(messages.get(i), size);
            }
            put[at] = put(raw);
            get[at] = get(needle, size);
        }
        print("put", size, put, bareSeal);
        print("get", size, get, bareOpen);
    }

    private double put(byte[] raw) {
        Sha256 digest = new Sha256(1, 2, 3, 4);
        long start = now();
        for (long done = 0; done < bytesPerRun; done += raw.length) {
            encode(raw, digest);
        }
        return rate(now() - start);
    }

    private NeedleView needle(byte[] raw) {
        Sha256 digest = new Sha256(1, 2, 3, 4);
        Encoded encoded = encode(raw, digest);
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                encoded.coding(),
                false,
                raw.length,
                Optional.of(digest),
                OptionalLong.empty(),
                Optional.empty());
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(1, 1, 1, 1);
        int offset = encoder.add(head, key, sealedAttributes(raw.length, digest), encoded.payload());
        return NeedleView.parse(encoder.bytes(offset, encoder.lastNeedleSize()));
    }

    private Encoded encode(byte[] raw, Sha256 digest) {
        Encoded encoded = content.encode("none", true, attributes.contentType(), ByteBuffer.wrap(raw));
        Encoded sealed = content.seal(encoded, raw.length, Optional.of(digest));
        if (sealedAttributes(raw.length, digest).remaining() == 0) {
            throw new AssertionError("attributes are never empty once they are encrypted");
        }
        return sealed;
    }

    private ByteBuffer sealedAttributes(int size, Sha256 digest) {
        return content.sealAttributes(AttributesFormat.encode(attributes), key, size, digest);
    }

    private double get(NeedleView needle, int size) {
        long start = now();
        for (long done = 0; done < bytesPerRun; done += size) {
            ObjectAttributes read = content.attributes(
                    needle.metadata(), needle.key(), size, needle.sha256().orElseThrow());
            try (ContentMemory memory = content.memory()) {
                if (read.metadata().size() != 1
                        || content.decode(needle, memory).remaining() != size) {
                    throw new AssertionError("what was read is not what was written");
                }
            }
        }
        return rate(now() - start);
    }

    private double bareSeal(List<Bare> messages, int size) throws GeneralSecurityException {
        long start = now();
        for (long done = 0; done < bytesPerRun; done += size) {
            for (Bare message : messages) {
                message.seal();
            }
        }
        return rate(now() - start);
    }

    private double bareOpen(List<Bare> messages, int size) throws GeneralSecurityException {
        long start = now();
        for (long done = 0; done < bytesPerRun; done += size) {
            for (Bare message : messages) {
                message.open();
            }
        }
        return rate(now() - start);
    }

    private static long now() {
        return Boolean.getBoolean("hayloft.bench.cpuTime")
                ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
                : System.nanoTime();
    }

    private double rate(long nanos) {
        return bytesPerRun / (nanos / 1e9) / 1e6;
    }

    private static void print(String what, int size, double[] ours, double[][] bare) {
        LOGGER.log(
                Level.INFO,
                "%s of %d bytes: %.0f MB/s, bare cipher %.0f MB/s; ratio of medians %.2f, of the best %.2f; beside the bare cipher of content and attributes %.2f"
                        .formatted(
                                what,
                                size,
                                median(ours),
                                median(bare[0]),
                                median(ours) / median(bare[0]),
                                best(ours) / best(bare[0]),
                                median(ours) / median(bare[1])));
    }

    private static double best(double[] rates) {
        return Arrays.stream(rates).max().orElseThrow();
    }

    private static double median(double[] rates) {
        double[] sorted = rates.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
