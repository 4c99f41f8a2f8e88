package dev.hayloft.store.content;

import com.github.luben.zstd.Zstd;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.NeedleFormat;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.content.DictionaryTrainer.Candidate;
import dev.hayloft.store.encryption.BucketCipher;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * One bucket's way from content to stored bytes and back. What is written follows the settings of the moment, what is
 * read follows the needle: so settings may change at any time.
 *
 * <p><i>Threads:</i> any.
 */
public final class BucketContent {
    /** What a thread that serves others compresses by itself. */
    private static final int INLINE_SIZE_MAX = 64 << 10;

    private final Compressors compressors;
    private final BucketDictionaries dictionaries;
    private volatile Optional<BucketCipher> cipher = Optional.empty(); // Set when the bucket's data key is at hand.

    /** Of content without dictionaries. */
    public BucketContent(Compressors compressors) {
        this(compressors, BucketDictionaries.none());
    }

    public BucketContent(Compressors compressors, BucketDictionaries dictionaries) {
        this.compressors = compressors;
        this.dictionaries = dictionaries;
    }

    /** What small content is compressed with. */
    public BucketDictionaries dictionaries() {
        return dictionaries;
    }

    /** From here on what is encrypted can be written and read. */
    public void unlock(BucketCipher opened) {
        cipher = Optional.of(opened);
    }

    /** Whether what is encrypted can be written and read. */
    public boolean isUnlocked() {
        return cipher.isPresent();
    }

    /** Whether encoding would hold up a thread that serves others. */
    public boolean isSlow(String compression, boolean encrypt, int sizeBytes) {
        Compression parsed = parse(compression);
        if (encrypt && sizeBytes > INLINE_SIZE_MAX) {
            return true;
        }
        return parsed.kind() != Compression.Kind.NONE && (sizeBytes > INLINE_SIZE_MAX || parsed.isSlow());
    }

    /**
     * Encodes content that fits one needle.
     *
     * @param compression the bucket's setting
     * @param encrypted whether it will be encrypted
     * @param content from position to limit, left as it is; the answer may stand on it
     */
    public Encoded encode(String compression, boolean encrypted, String contentType, ByteBuffer content) {
        return encode(parse(compression), encrypted, contentType, content);
    }

    /** The same on a thread that serves others: a setting that would hold them up gives way to one that does not. */
    public Encoded encodeBriskly(String compression, boolean encrypted, String contentType, ByteBuffer content) {
        return encode(parse(compression).brisk(), encrypted, contentType, content);
    }

    private Encoded encode(Compression compression, boolean encrypted, String contentType, ByteBuffer content) {
        if (!BucketDictionaries.suits(compression, content.remaining())) {
            return compressors.compress(compression, contentType, content, Optional.empty());
        }
        Optional<Dictionary> dictionary = dictionaries.forWriting(encrypted);
        Encoded encoded = compressors.compress(compression, contentType, content, dictionary);
        dictionaries.note(content, encoded.payload().remaining(), encrypted);
        return encoded;
    }

    /**
     * Encrypts what was encoded.
     *
     * @param contentSize bytes of the content as it was written
     * @param sha256 of the object, if the payload is all of it
     * @throws StoreClosedException {@code unavailable} when the bucket's key is not at hand
     */
    public Encoded seal(Encoded encoded, int contentSize, Optional<Sha256> sha256) {
        BucketCipher key = key();
        Coding coding =
                new Coding(encoded.coding().codec(), true, encoded.coding().shared());
        byte[] bound = Binding.payload(key.bucketId(), coding.codec(), contentSize, sha256);
        return new Encoded(key.seal(bound, encoded.payload(), 0), coding);
    }

    /** Throws {@code unavailable} when the bucket's key is not at hand. */
    public void requireKey() {
        key();
    }

    private BucketCipher key() {
        return cipher.orElseThrow(() -> new StoreClosedException(
                ErrorCode.UNAVAILABLE,
                "This is encrypted, and the server was started without the master key: set encryption.masterKeyFile."));
    }

    /**
     * Encrypts attributes, so that they belong to this object alone.
     *
     * @param encoded attributes in their format
     * @param key of the object
     * @param contentSize of the object
     * @param sha256 of the object
     */
    public ByteBuffer sealAttributes(ByteBuffer encoded, ByteBuffer key, long contentSize, Sha256 sha256) {
        BucketCipher bucket = key();
        byte[] bound = Binding.attributes(bucket.bucketId(), key, contentSize, sha256);
        return AttributesFormat.markSealed(bucket.seal(bound, encoded, AttributesFormat.SEALED_MARK_SIZE));
    }

    /**
     * The attributes of an object.
     *
     * @param stored as they stand in a needle or in the directory
     * @throws CorruptionException when they are damaged or another object's
     * @throws StoreClosedException {@code unavailable} when they are encrypted and the bucket's key is not at hand
     */
    public ObjectAttributes attributes(ByteBuffer stored, ByteBuffer key, long contentSize, Sha256 sha256) {
        if (!AttributesFormat.isSealed(stored)) {
            return AttributesFormat.decode(stored);
        }
        BucketCipher bucket = key();
        byte[] bound = Binding.attributes(bucket.bucketId(), key, contentSize, sha256);
        return bucket.open(bound, AttributesFormat.sealed(stored))
                .map(AttributesFormat::decode)
                .orElseThrow(() -> new CorruptionException(
                        "An object's encrypted attributes are damaged, or belong to another object."));
    }

    /**
     * Content that was stored without a dictionary, as a put would store it now: with the bucket's newest one. Empty
     * where a put would not use one, where that is no shorter, or where the content cannot be read now.
     *
     * @param compression the bucket's setting; a level that takes long gives way to one that does not
     * @param needle of an object, with its digest; no manifest
     */
    public Optional<Encoded> shorter(String compression, NeedleView needle) {
        Compression parsed = parse(compression).brisk();
        Coding coding = needle.coding();
        boolean isMeant = coding.codec() != NeedleFormat.CODEC_ZSTD_DICTIONARY
                && needle.contentSize() <= BucketDictionaries.CONTENT_SIZE_MAX
                && BucketDictionaries.suits(parsed, (int) needle.contentSize())
                && (isUnlocked() || !coding.encrypted());
        Optional<Dictionary> dictionary =
                isMeant ? dictionaries.forWriting(coding.encrypted()) : Optional.<Dictionary>empty();
        return dictionary.flatMap(known -> shorter(parsed, needle, known));
    }

    private Optional<Encoded> shorter(Compression compression, NeedleView needle, Dictionary dictionary) {
        Sha256 digest = needle.sha256().orElseThrow();
        String contentType = attributes(needle.metadata(), needle.key(), needle.contentSize(), digest)
                .contentType();
        Encoded encoded = compressors.compressAgain(compression, contentType, decode(needle), dictionary);
        int size = (int) needle.contentSize();
        // What it stands for will be dropped: it must give the object back, bit for bit.
        if (encoded.coding().isRaw()
                || !Sha256.of(decodeByDictionary(encoded.payload(), size)).equals(digest)) {
            return Optional.empty();
        }
        Encoded stored = needle.coding().encrypted() ? seal(encoded, size, Optional.of(digest)) : encoded;
        return Optional.of(stored).filter(found -> found.payload().remaining() < needle.payloadSize());
    }

    private static Compression parse(String compression) {
        return Compression.parse(compression)
                .orElseThrow(() -> new IllegalStateException("a bucket's compression is checked when it is set"));
    }

    /**
     * The content of a needle that is no manifest, read-only: its payload where it is stored raw, else memory of its
     * own.
     *
     * @throws CorruptionException when the payload is not what the needle's head says
     */
    public ByteBuffer decode(NeedleView needle) {
        return decode(needle, byte[]::new);
    }

    /** The same; memory of its own is this, if it is large: valid until the next call, or until this is closed. */
    public ByteBuffer decode(NeedleView needle, ContentMemory memory) {
        return decode(needle, memory::ofSize);
    }

    /** For a reader that decodes one needle after the other. */
    public ContentMemory memory() {
        return compressors.memory();
    }

    private ByteBuffer decode(NeedleView needle, IntFunction<byte[]> memory) {
        if (needle.coding().isRaw()) {
            return needle.payload();
        }
        if (needle.contentSize() > FrameFormat.SIZE_MAX) {
            throw new CorruptionException("A needle says that it holds more than a needle can.")
                    .with("bytes", needle.contentSize());
        }
        int size = (int) needle.contentSize();
        byte codec = needle.coding().codec();
        if (codec == NeedleFormat.CODEC_NONE) { // Or else it would be raw.
            return open(needle, size, memory).asReadOnlyBuffer();
        }
        ByteBuffer payload = needle.coding().encrypted() ? open(needle, size, byte[]::new) : needle.payload();
        return codec == NeedleFormat.CODEC_ZSTD_DICTIONARY
                ? decodeByDictionary(payload, size)
                : compressors.decompress(codec, payload, ByteBuffer.wrap(memory.apply(size), 0, size));
    }

    private ByteBuffer decodeByDictionary(ByteBuffer payload, int size) {
        if (payload.remaining() < Integer.BYTES) {
            throw new CorruptionException("A needle's payload is too short to name its dictionary.");
        }
        ByteBuffer frame = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Dictionary dictionary = dictionaries.forReading(frame.getInt(), this::openDictionary);
        return compressors.decompress(dictionary, frame, ByteBuffer.allocate(size));
    }

    /** Whether {@link #decode} needs nothing from the disk. */
    public boolean isAtHand(NeedleView needle) {
        return needle.coding().codec() != NeedleFormat.CODEC_ZSTD_DICTIONARY || dictionaries.areAtHand();
    }

    /**
     * Loads the dictionaries that somebody missed; may wait for the disk.
     *
     * @throws CorruptionException when one is lost
     */
    public void loadDictionaries() {
        dictionaries.loadWanted(this::openDictionary);
    }

    private byte[] openDictionary(DictionaryFacts facts, ByteBuffer stored) {
        ByteBuffer bytes = stored;
        if (facts.sealed()) {
            BucketCipher key = key();
            bytes = key.open(Binding.dictionary(key.bucketId(), facts.number()), stored)
                    .orElseThrow(() -> new CorruptionException(
                            "A bucket's encrypted dictionary is damaged, or belongs to another bucket."));
        }
        byte[] clear = new byte[bytes.remaining()];
        bytes.get(bytes.position(), clear);
        if (clear.length != facts.sizeBytes() || Zstd.getDictIdFromDict(clear) == 0) {
            throw new CorruptionException("A bucket's dictionary is damaged.").with("dictionary", facts.number());
        }
        return clear;
    }

    /**
     * Makes a dictionary of the samples that there are, and begins to use it if it pays; durable at return. Takes some
     * tenths of a second of one processor.
     *
     * @param compression the bucket's setting
     * @param encrypts whether it encrypts what is written now
     * @param store where the dictionary is kept
     * @return facts of the new one; empty when the bucket stays with what it has
     */
    public Optional<DictionaryFacts> train(
            String compression, boolean encrypts, DictionaryStore store, long nowMillis) {
        Optional<Samples> samples = dictionaries.takeSamples();
        Optional<Candidate> candidate = Optional.empty();
        boolean adopted = false;
        try {
            if (samples.isPresent()) {
                Optional<Dictionary> current = dictionaries.forWriting(encrypts);
                candidate = new DictionaryTrainer(compressors)
                        .train(
                                samples.get().contents(),
                                dictionaries.all().size() + 1,
                                parse(compression).levelWithDictionary(),
                                current);
            }
            Optional<DictionaryFacts> facts = candidate
                    .filter(Candidate::pays)
                    .map(found -> keep(found, encrypts || samples.orElseThrow().areSealed(), store, nowMillis));
            adopted = facts.isPresent();
            return facts;
        } finally {
            if (!adopted) {
                dictionaries.keepOn(candidate);
            }
        }
    }

    private DictionaryFacts keep(Candidate candidate, boolean seals, DictionaryStore store, long nowMillis) {
        int number = candidate.dictionary().number();
        DictionaryFacts facts = new DictionaryFacts(
                number, nowMillis, seals, candidate.bytes().remaining(), candidate.sampleBytes(), candidate.trial());
        List<DictionaryFacts> all = dictionaries.with(facts);
        ByteBuffer stored = seals
                ? key().seal(Binding.dictionary(key().bucketId(), number), candidate.bytes(), 0)
                : candidate.bytes();
        store.write(dictionaries.bucketId(), all, stored);
        dictionaries.adopt(all, candidate.dictionary());
        return facts;
    }

    private ByteBuffer open(NeedleView needle, int contentSize, IntFunction<byte[]> memory) {
        BucketCipher key = key();
        byte[] bound = Binding.payload(key.bucketId(), needle.coding().codec(), contentSize, needle.sha256());
        return key.open(bound, needle.payload(), memory)
                .orElseThrow(() -> new CorruptionException(
                        "A needle's encrypted payload is damaged, or belongs to another needle."));
    }
}
