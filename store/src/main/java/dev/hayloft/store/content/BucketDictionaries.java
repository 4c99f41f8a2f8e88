package dev.hayloft.store.content;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.content.DictionaryTrainer.Candidate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * The dictionaries of one bucket: which is in use, when another should be made, and all that needles may name.
 *
 * <p>The first is made of the first small objects that come. Another is looked for when those that come no longer get
 * as small as the trial promised, and each time much more has come than the last one was made of; it must be better by
 * a tenth. Earlier ones stay.
 *
 * <p><i>Threads:</i> any; what was not used yet is loaded by who needs it, which may wait for the disk.
 */
public final class BucketDictionaries {
    /** Content that is larger finds enough in itself. */
    static final int CONTENT_SIZE_MAX = 16 << 10;

    /** Content that is shorter has nothing to gain. */
    static final int CONTENT_SIZE_MIN = 16;

    /** How much more must come than a dictionary was made of before another is looked for. */
    private static final int REVIEW_FACTOR = 8;

    private static final int REVIEW_STRIDE = 4;
    private static final int WINDOW_BYTES = 1 << 20;

    /** How far above the trial's ratio the newest content may be stored. */
    private static final double FALLEN = 1.25;

    private final int bucketId;
    private final DictionaryStore store;
    private final DictionaryWatch watch;
    private final ConcurrentHashMap<Integer, Dictionary> loaded = new ConcurrentHashMap<>();
    private volatile List<DictionaryFacts> all; // Replaced once the new one is durable; the last is in use.
    private volatile boolean wanted; // Set by who missed one that was not loaded: nobody asks twice.
    private volatile boolean toLoad; // Set with it, cleared by who loads.

    private Optional<Samples> samples = Optional.empty(); // These are under the lock.
    private double expectedRatio;
    private long reviewAtBytes;
    private long seenBytes;
    private long windowBytes;
    private long windowStored;

    /**
     * Those of a bucket.
     *
     * @param all facts of those that it has, in their order
     * @param watch over all buckets
     */
    public BucketDictionaries(int bucketId, List<DictionaryFacts> all, DictionaryStore store, DictionaryWatch watch) {
        this.bucketId = bucketId;
        this.store = store;
        this.watch = watch;
        this.all = List.copyOf(all);
        expectFrom(this.all);
    }

    /** For content that has no bucket: never any. */
    public static BucketDictionaries none() {
        return none(0);
    }

    /** For a bucket whose dictionaries are lost: reading what needs one says so, and none is made. */
    public static BucketDictionaries none(int bucketId) {
        DictionaryStore nowhere = new DictionaryStore() {
            @Override
            public Optional<ByteBuffer> load(int bucketId, int number) {
                return Optional.empty();
            }

            @Override
            public void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored) {
                throw new UnsupportedOperationException("nothing is kept here");
            }
        };
        BucketDictionaries none = new BucketDictionaries(bucketId, List.of(), nowhere, DictionaryWatch.nobody());
        none.reviewAtBytes = Long.MAX_VALUE;
        return none;
    }

    /** All of them, in their order. */
    public List<DictionaryFacts> all() {
        return all;
    }

    public int bucketId() {
        return bucketId;
    }

    private Optional<DictionaryFacts> newest() {
        List<DictionaryFacts> now = all;
        return now.isEmpty() ? Optional.empty() : Optional.of(now.get(now.size() - 1));
    }

    /** Whether content of this size may be compressed with a dictionary, and is worth learning from. */
    static boolean suits(Compression compression, int sizeBytes) {
        return (compression.kind() == Compression.Kind.AUTO || compression.kind() == Compression.Kind.ZSTD)
                && sizeBytes >= CONTENT_SIZE_MIN
                && sizeBytes <= CONTENT_SIZE_MAX;
    }

    /**
     * What to compress with; empty too while it is being loaded. One that was made of encrypted content serves only
     * such: whoever has no key must be able to read what is not encrypted.
     */
    Optional<Dictionary> forWriting(boolean encrypted) {
        Optional<DictionaryFacts> facts = newest().filter(each -> encrypted || !each.sealed());
        if (facts.isEmpty()) {
            return Optional.empty();
        }
        Optional<Dictionary> known = Optional.ofNullable(loaded.get(facts.get().number()));
        if (known.isEmpty()) {
            want();
        }
        return known;
    }

    private void want() {
        if (!wanted) {
            wanted = true;
            toLoad = true;
            watch.look(this);
        }
    }

    /** Loads all that somebody missed; one that cannot be is not tried again. */
    void loadWanted(BiFunction<DictionaryFacts, ByteBuffer, byte[]> opener) {
        if (toLoad) {
            toLoad = false;
            all.forEach(facts -> get(facts, opener));
        }
    }

    /** Gives back memory; what is needed again is loaded again. */
    public void unload() {
        wanted = false;
        loaded.clear();
    }

    /** The one that a needle names. */
    Dictionary forReading(int number, BiFunction<DictionaryFacts, ByteBuffer, byte[]> opener) {
        Dictionary known = loaded.get(number);
        if (known != null) {
            return known;
        }
        return all.stream()
                .filter(facts -> facts.number() == number)
                .findFirst()
                .map(facts -> get(facts, opener))
                .orElseThrow(() -> lost(number));
    }

    private Dictionary get(DictionaryFacts facts, BiFunction<DictionaryFacts, ByteBuffer, byte[]> opener) {
        Dictionary known = loaded.get(facts.number());
        if (known != null) {
            return known;
        }
        ByteBuffer stored = store.load(bucketId, facts.number()).orElseThrow(() -> lost(facts.number()));
        Dictionary opened = new Dictionary(facts.number(), opener.apply(facts, stored));
        if (loaded.putIfAbsent(facts.number(), opened) == null) {
            watch.loaded(this);
        }
        return opened;
    }

    private CorruptionException lost(int number) {
        return new CorruptionException("The dictionary that this was compressed with is lost.")
                .with("bucketId", bucketId)
                .with("dictionary", number);
    }

    /** Whether reading with any of them needs nothing from the disk; otherwise that is seen to. */
    boolean areAtHand() {
        boolean atHand = loaded.size() == all.size();
        if (!atHand) {
            want();
        }
        return atHand;
    }

    /**
     * Learns from small content that was stored.
     *
     * @param storedSize what has become of it
     */
    void note(ByteBuffer content, int storedSize, boolean encrypted) {
        boolean begins;
        synchronized (this) {
            begins = count(content.remaining(), storedSize);
            samples.ifPresent(taken -> taken.offer(content, encrypted, watch));
        }
        if (begins) {
            watch.look(this);
        }
    }

    /** Whether from here on samples are wanted. */
    private boolean count(int size, int storedSize) {
        seenBytes += size;
        windowBytes += size;
        windowStored += storedSize;
        boolean due = seenBytes >= reviewAtBytes;
        if (windowBytes >= WINDOW_BYTES) {
            due |= windowStored > expectedRatio * FALLEN * windowBytes && !all.isEmpty();
            windowBytes = 0;
            windowStored = 0;
        }
        if (!due || samples.isPresent() || all.size() >= DictionaryFacts.NUMBER_MAX) {
            return false;
        }
        samples = Optional.of(new Samples(all.isEmpty() ? 1 : REVIEW_STRIDE));
        return true;
    }

    /** Whether there are samples enough to make a dictionary of. */
    public synchronized boolean isDue(long nowMillis) {
        return samples.isPresent() && samples.get().areEnough(nowMillis);
    }

    /** Whether somebody has to look again. */
    public synchronized boolean isCollecting() {
        return samples.isPresent();
    }

    /** Begins again with samples that have not become enough for long. */
    public synchronized void forgetSamples(long nowMillis) {
        if (samples.filter(taken -> taken.isLate(nowMillis)).isPresent()) {
            takeSamples();
            reviewAtBytes = seenBytes;
        }
    }

    /** The samples, which are no longer its own. */
    synchronized Optional<Samples> takeSamples() {
        Optional<Samples> taken = samples;
        samples = Optional.empty();
        taken.ifPresent(gone -> watch.releaseSamples(gone.bytes()));
        reviewAtBytes = Long.MAX_VALUE; // Until the training is over.
        return taken;
    }

    /** Another one is durable, and in use from here on. */
    synchronized void adopt(List<DictionaryFacts> now, Dictionary dictionary) {
        loaded.put(dictionary.number(), dictionary);
        all = List.copyOf(now);
        expectFrom(all);
    }

    private void expectFrom(List<DictionaryFacts> now) {
        seenBytes = 0;
        windowBytes = 0;
        windowStored = 0;
        expectedRatio = now.isEmpty() ? 1 : now.get(now.size() - 1).trial().ratio();
        reviewAtBytes =
                now.isEmpty() ? 0 : REVIEW_FACTOR * now.get(now.size() - 1).sampleBytes();
    }

    /** Nothing better was found; what comes is like this now. */
    synchronized void keepOn(Optional<Candidate> worse) {
        worse.ifPresent(candidate ->
                expectedRatio = Math.max(expectedRatio, candidate.before().ratio()));
        reviewAtBytes = Math.max(Samples.BYTES_MAX, seenBytes) * REVIEW_FACTOR;
    }

    /** The facts of all, with one more. */
    List<DictionaryFacts> with(DictionaryFacts another) {
        List<DictionaryFacts> more = new ArrayList<>(all);
        more.add(another);
        return more;
    }
}
