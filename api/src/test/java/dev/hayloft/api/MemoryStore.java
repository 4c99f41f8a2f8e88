package dev.hayloft.api;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Bucket;
import dev.hayloft.store.BucketStatistics;
import dev.hayloft.store.ChangeView;
import dev.hayloft.store.ChangesReached;
import dev.hayloft.store.ChangesRequest;
import dev.hayloft.store.CreatedBucket;
import dev.hayloft.store.DeleteRequest;
import dev.hayloft.store.DeleteResult;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.ListCursor;
import dev.hayloft.store.ListEntry;
import dev.hayloft.store.ListPage;
import dev.hayloft.store.ListRequest;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.ObjectVerbs;
import dev.hayloft.store.PatchRequest;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.ReadAttempt;
import dev.hayloft.store.RecordStream;
import dev.hayloft.store.RecordsRequest;
import dev.hayloft.store.RenameRequest;
import dev.hayloft.store.RenameResult;
import dev.hayloft.store.StoreRecords;
import dev.hayloft.store.StoreStatus;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.Upload;
import dev.hayloft.store.VersionListPage;
import dev.hayloft.store.VersionListRequest;
import dev.hayloft.store.VolumeStatus;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.WriteResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An object store in memory: a double that answers like the real one and remembers what was left open. */
final class MemoryStore implements ObjectStore {
    private static final Instant NOW = Instant.parse("2026-11-20T10:15:30.123Z");

    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> new Thread(task, "memory-store"));
    private final NavigableMap<BucketName, BucketState> buckets = new TreeMap<>();
    private final StoreRecords records = new MemoryRecords();
    private final AtomicLong versions = new AtomicLong(1000);
    final AtomicInteger openObjects = new AtomicInteger();
    final AtomicInteger openUploads = new AtomicInteger();
    volatile boolean cold;
    volatile long damagedFrom = Long.MAX_VALUE;
    volatile Optional<RuntimeException> refusal = Optional.empty();
    /** How long the next write is under way. */
    final AtomicLong stallMillis = new AtomicLong();

    private static final class BucketState {
        private Bucket bucket;
        private final NavigableMap<ObjectKey, Entry> objects = new TreeMap<>();

        BucketState(Bucket bucket) {
            this.bucket = bucket;
        }
    }

    private static final class Entry {
        private final ObjectInfo info;
        private final byte[] content;

        Entry(ObjectInfo info, byte[] content) {
            this.info = info;
            this.content = content;
        }

        ObjectInfo info() {
            return info;
        }

        byte[] content() {
            return content;
        }
    }

    @Override
    public synchronized CreatedBucket createBucket(BucketName name, BucketSettings settings) {
        BucketState state = buckets.get(name);
        if (state != null) {
            return new CreatedBucket(state.bucket, false);
        }
        Bucket bucket = new Bucket(name, buckets.size() + 1, NOW, settings);
        buckets.put(name, new BucketState(bucket));
        return new CreatedBucket(bucket, true);
    }

    @Override
    public synchronized Optional<Bucket> findBucket(BucketName name) {
        return Optional.ofNullable(buckets.get(name)).map(state -> state.bucket);
    }

    @Override
    public synchronized List<Bucket> buckets() {
        return buckets.values().stream().map(state -> state.bucket).toList();
    }

    @Override
    public synchronized Bucket updateBucket(BucketName name, UnaryOperator<BucketSettings> change) {
        BucketState state = state(name);
        Bucket before = state.bucket;
        state.bucket = new Bucket(before.name(), before.id(), before.createdAt(), change.apply(before.settings()));
        return state.bucket;
    }

    @Override
    public synchronized void deleteBucket(BucketName name, boolean force) {
        if (!state(name).objects.isEmpty() && !force) {
            throw new RequestException(ErrorCode.BUCKET_NOT_EMPTY, "The bucket has objects.");
        }
        buckets.remove(name);
    }

    @Override
    public synchronized BucketStatistics statistics(BucketName name) {
        BucketState state = state(name);
        long bytes = state.objects.values().stream()
                .mapToLong(entry -> entry.content().length)
                .sum();
        return new BucketStatistics(
                state.objects.size(), state.objects.size(), bytes, bytes, 0, bytes, 0, Optional.empty());
    }

    private BucketState state(BucketName name) {
        BucketState state = buckets.get(name);
        if (state == null) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "There is no such bucket.").with("bucket", name);
        }
        return state;
    }

    @Override
    public CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content, Sha256 sha256) {
        byte[] bytes = new byte[content.remaining()];
        content.get(content.position(), bytes);
        return later(() -> write(request, bytes, sha256));
    }

    private <T> CompletionStage<T> later(Supplier<T> step) {
        return CompletableFuture.supplyAsync(
                () -> {
                    stall(stallMillis.getAndSet(0));
                    return step.get();
                },
                writer);
    }

    private static void stall(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuse() {
        refusal.ifPresent(failure -> {
            throw failure;
        });
    }

    private synchronized WriteResult write(PutRequest request, byte[] bytes, Sha256 sha256) {
        refuse();
        if (!Sha256.of(ByteBuffer.wrap(bytes)).equals(sha256)) {
            throw new AssertionError("the front computed another digest");
        }
        BucketState state = state(request.bucket());
        Entry before = state.objects.get(request.key());
        judge(request.condition(), before);
        long version = versions.incrementAndGet();
        ObjectInfo info = new ObjectInfo(request.key(), version, bytes.length, sha256, request.attributes(), NOW);
        state.objects.put(request.key(), new Entry(info, bytes));
        return new WriteResult(version, before == null, sha256);
    }

    private static void judge(WriteCondition condition, @Nullable Entry before) {
        long version = before == null ? 0 : before.info().version();
        boolean holds = condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == version;
        holds &= condition.ifMatch().isEmpty()
                || (before != null
                        && condition.ifMatch().get().contains(before.info().etag()));
        holds &= condition.ifNoneMatch().isEmpty()
                || before == null
                || !condition.ifNoneMatch().get().contains(before.info().etag());
        if (!holds) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "The condition does not hold.");
        }
    }

    @Override
    public RecordStream startRecords(RecordsRequest request, RecordStream.Listener listener) {
        state(request.bucket());
        openUploads.incrementAndGet();
        return new MemoryRecordStream(
                (key, attributes, value) -> put(
                        new PutRequest(request.bucket(), key, attributes, WriteCondition.NONE, request.durability()),
                        value),
                key -> delete(request.bucket(), key, WriteCondition.NONE),
                listener,
                openUploads::decrementAndGet);
    }

    @Override
    public ChangesReached changes(ChangesRequest request, Consumer<ChangeView> visitor) {
        state(request.bucket());
        throw new UnsupportedOperationException("a store in memory keeps no changes; ChangesIT has a real one");
    }

    @Override
    public long changesBehind(BucketName bucket, String after) {
        return 0;
    }

    @Override
    public void endWaiting() {
        // Nobody waits.
    }

    @Override
    public CompletableFuture<Boolean> whenChanged(BucketName bucket, String after) {
        throw new UnsupportedOperationException("a store in memory keeps no changes; ChangesIT has a real one");
    }

    @Override
    public Upload startUpload(PutRequest request) {
        openUploads.incrementAndGet();
        return new MemoryUpload(request);
    }

    private final class MemoryUpload implements Upload {
        private final PutRequest request;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean short_;
        private boolean closed;

        MemoryUpload(PutRequest request) {
            this.request = request;
        }

        @Override
        public CompletionStage<Void> write(ByteBuffer extent) {
            if (short_ || closed || extent.remaining() > EXTENT_SIZE || !extent.hasRemaining()) {
                throw new AssertionError("every extent but the last is full");
            }
            short_ = extent.remaining() < EXTENT_SIZE;
            return later(() -> {
                byte[] piece = new byte[extent.remaining()];
                extent.get(extent.position(), piece);
                bytes.writeBytes(piece);
                return null;
            });
        }

        @Override
        public CompletionStage<WriteResult> commit(Sha256 sha256) {
            return later(() -> MemoryStore.this.write(request, bytes.toByteArray(), sha256));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openUploads.decrementAndGet();
            }
        }
    }

    @Override
    public CompletionStage<DeleteResult> delete(DeleteRequest request) {
        return later(() -> {
            synchronized (this) {
                BucketState state = state(request.bucket());
                judge(request.condition(), state.objects.get(request.key()));
                return new DeleteResult(state.objects.remove(request.key()) != null);
            }
        });
    }

    @Override
    public ObjectVerbs verbs() {
        return new MemoryVerbs(this, writer);
    }

    synchronized RenameResult rename(RenameRequest request) {
        NavigableMap<ObjectKey, Entry> objects = state(request.bucket()).objects;
        Entry source = objects.get(request.from());
        if (source == null) {
            throw new RequestException(ErrorCode.NO_SUCH_KEY, "The bucket has no such key.");
        }
        boolean replaces = objects.containsKey(request.to());
        if (replaces && !request.overwrite()) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "Something stands under this key.");
        }
        if (request.from().equals(request.to())) {
            return new RenameResult(request.to(), source.info().version(), false);
        }
        ObjectInfo before = source.info();
        ObjectInfo info = new ObjectInfo(
                request.to(),
                versions.incrementAndGet(),
                before.sizeBytes(),
                before.sha256(),
                before.attributes(),
                NOW,
                before.expiresAt());
        objects.remove(request.from());
        objects.put(request.to(), new Entry(info, source.content()));
        return new RenameResult(request.to(), info.version(), replaces);
    }

    synchronized ObjectInfo patch(PatchRequest request) {
        NavigableMap<ObjectKey, Entry> objects = state(request.bucket()).objects;
        Entry entry = objects.get(request.key());
        judge(request.condition(), entry);
        if (entry == null) {
            throw new RequestException(ErrorCode.NO_SUCH_KEY, "The bucket has no such key.");
        }
        ObjectInfo before = entry.info();
        ObjectInfo info = new ObjectInfo(
                before.key(),
                versions.incrementAndGet(),
                before.sizeBytes(),
                before.sha256(),
                request.change().apply(before.attributes()),
                NOW);
        objects.put(request.key(), new Entry(info, entry.content()));
        return info;
    }

    @Override
    public synchronized Optional<StoredObject> read(BucketName bucket, ObjectKey key) {
        return Optional.ofNullable(state(bucket).objects.get(key)).map(MemoryObject::new);
    }

    @Override
    public ReadAttempt tryRead(BucketName bucket, ObjectKey key) {
        if (cold) {
            return new ReadAttempt.WouldBlock();
        }
        return read(bucket, key).<ReadAttempt>map(ReadAttempt.Found::new).orElseGet(ReadAttempt.Absent::new);
    }

    @Override
    public ReadAttempt read(BucketName bucket, ObjectKey key, OptionalLong version) {
        return read(bucket, key)
                .filter(object -> version.isEmpty() || object.info().version() == version.getAsLong())
                .<ReadAttempt>map(ReadAttempt.Found::new)
                .orElseGet(ReadAttempt.Absent::new);
    }

    @Override
    public ReadAttempt tryRead(BucketName bucket, ObjectKey key, OptionalLong version) {
        return cold ? new ReadAttempt.WouldBlock() : read(bucket, key, version);
    }

    @Override
    public List<ListEntry.VersionLine> versions(BucketName bucket, ObjectKey key, OptionalLong after, int max) {
        throw new UnsupportedOperationException("the double keeps no versions");
    }

    @Override
    public CompletionStage<VersionListPage> listVersions(VersionListRequest request) {
        throw new UnsupportedOperationException("the double keeps no versions");
    }

    @Override
    public CompletionStage<ListCursor> listAllVersions(VersionListRequest request) {
        throw new UnsupportedOperationException("the double keeps no versions");
    }

    private final class MemoryObject implements StoredObject {
        private final Entry entry;
        private boolean closed;

        MemoryObject(Entry entry) {
            this.entry = entry;
            openObjects.incrementAndGet();
        }

        @Override
        public ObjectInfo info() {
            return entry.info();
        }

        @Override
        public boolean inMemory() {
            return entry.content().length <= EXTENT_SIZE;
        }

        @Override
        public ByteBuffer read(long offset, int sizeMaxBytes) {
            if (closed) {
                throw new AssertionError("read after close");
            }
            if (offset >= damagedFrom) {
                throw new CorruptionException("The bytes are damaged.");
            }
            long edge = (offset / EXTENT_SIZE + 1) * EXTENT_SIZE;
            long end = Math.min(Math.min(edge, offset + sizeMaxBytes), entry.content().length);
            return ByteBuffer.wrap(entry.content(), (int) offset, (int) (end - offset))
                    .asReadOnlyBuffer();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openObjects.decrementAndGet();
            }
        }
    }

    @Override
    public CompletionStage<ListPage> list(ListRequest request) {
        return later(() -> {
            List<ListEntry> all = lines(request);
            List<ListEntry> page = all.subList(0, Math.min(request.limit(), all.size()));
            boolean more = all.size() > page.size();
            return new ListPage(page, more ? Optional.of(name(page.get(page.size() - 1))) : Optional.empty());
        });
    }

    private static String name(ListEntry entry) {
        return entry instanceof ListEntry.ObjectLine line
                ? line.info().key().toString()
                : ((ListEntry.PrefixLine) entry).prefix();
    }

    private synchronized List<ListEntry> lines(ListRequest request) {
        List<ListEntry> lines = new ArrayList<>();
        ByteBuffer prefix = ByteBuffer.wrap(request.prefix().getBytes(StandardCharsets.UTF_8));
        String last = "";
        for (Entry entry : state(request.bucket()).objects.values()) {
            String key = entry.info().key().toString();
            if (!entry.info().key().startsWith(prefix)) {
                continue;
            }
            int end = request.delimiter()
                    .map(delimiter -> key.indexOf(delimiter, request.prefix().length()))
                    .orElse(-1);
            String name = end < 0
                    ? key
                    : key.substring(0, end + request.delimiter().orElseThrow().length());
            boolean comes =
                    request.after().isEmpty() || name.compareTo(request.after().get()) > 0;
            if (comes && !name.equals(last)) {
                lines.add(end < 0 ? new ListEntry.ObjectLine(entry.info()) : new ListEntry.PrefixLine(name));
            }
            last = name;
        }
        return lines;
    }

    @Override
    public CompletionStage<ListCursor> listAll(ListRequest request) {
        return later(() -> {
            openObjects.incrementAndGet();
            Iterator<ListEntry> lines = lines(request).iterator();
            return new ListCursor() {
                private boolean closed;

                @Override
                public Optional<ListEntry> next() {
                    return lines.hasNext() ? Optional.of(lines.next()) : Optional.empty();
                }

                @Override
                public void close() {
                    if (!closed) {
                        closed = true;
                        openObjects.decrementAndGet();
                    }
                }
            };
        });
    }

    @Override
    public synchronized StoreStatus status() {
        refuse();
        long objects = buckets.values().stream()
                .mapToLong(state -> state.objects.size())
                .sum();
        var partition = new StoreStatus.PartitionStatus(
                0,
                Optional.empty(),
                "0-0",
                0,
                8192,
                0,
                new StoreStatus.IndexFigures(objects, 1000, 1 << 20, 1),
                new StoreStatus.LogFigures(0, 0, 0, 0, 0, 0, 0));
        return new StoreStatus(
                new UUID(1, 2),
                buckets.size(),
                0,
                objects,
                0,
                0,
                0,
                0,
                0,
                0,
                1L << 40,
                List.of(partition),
                new StoreStatus.VolumeCounts(1, 0, 0, 0, 0),
                new StoreStatus.ReadThrough(0, 0, 0, 0),
                new StoreStatus.CompressionFigures(0, 0, 0));
    }

    @Override
    public List<VolumeStatus> volumes() {
        return List.of(new VolumeStatus(
                "0-0",
                0,
                VolumeStatus.State.OPEN,
                1,
                1,
                0,
                0,
                NOW,
                Optional.empty(),
                Path.of("/nowhere/0-0"),
                List.of()));
    }

    @Override
    public void scanVolume(String id, long fromOffset, dev.hayloft.log.FrameVisitor visitor) {
        throw new RequestException(ErrorCode.NO_SUCH_VOLUME, "A store in memory has no volumes.");
    }

    @Override
    public Jobs jobs() {
        return new MemoryJobs();
    }

    @Override
    public StoreRecords records() {
        return records;
    }

    @Override
    public void close() {
        writer.shutdown();
    }
}
