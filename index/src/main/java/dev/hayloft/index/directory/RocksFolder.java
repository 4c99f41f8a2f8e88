package dev.hayloft.index.directory;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB folder without a log of its own: what a batch wrote is in memory until its write buffer is flushed, and
 * goes to the disk whole. The only class that RocksDB's settings are in.
 *
 * <p>The state has a column family of its own: as one more key among the entries it would stand at the end of every
 * file's range, and then no file of a sorted run could move down a level without being merged. Nor could it if levels
 * were compressed differently: zstd at the bottom saves a fifth of the bytes and costs every key that comes in order a
 * merge.
 *
 * <p><i>Threads:</i> any reads, one writes; nobody is inside when it is closed.
 */
public final class RocksFolder implements AutoCloseable {
    /** Blocks as read and decompressed: a page of a listing takes a few. */
    private static final int BLOCK_SIZE = 16 << 10;

    private static final int BLOOM_BITS = 10;
    private static final int OPEN_FILES_MAX = 256;
    private static final int BACKGROUND_JOBS = 2;
    private static final long INFO_LOG_SIZE_MAX = 1 << 20;
    private static final int WRITE_BUFFERS = 3;

    /** The column family of the state, as write batches name it; entries are in the default one, 0. */
    static final int STATE_FAMILY = 1;

    private static final byte[] STATE_FAMILY_NAME = "state".getBytes(StandardCharsets.US_ASCII);
    private static final long STATE_WRITE_BUFFER_BYTES = 1 << 20;

    private final LRUCache cache;
    private final BloomFilter bloom;
    private final List<AbstractNativeReference> options;
    private final List<ColumnFamilyHandle> families;
    private final WriteOptions writeOptions;
    private final ReadOptions persisted;
    private final RocksDB database;

    private RocksFolder(Settings settings, RocksDB database, List<ColumnFamilyHandle> families) {
        this.cache = settings.cache();
        this.bloom = settings.bloom();
        this.options = List.of(settings.database(), settings.entries(), settings.state());
        this.families = List.copyOf(families);
        this.writeOptions = new WriteOptions().setDisableWAL(true);
        this.persisted = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
        this.database = database;
    }

    private record Settings(
            LRUCache cache,
            BloomFilter bloom,
            DBOptions database,
            ColumnFamilyOptions entries,
            ColumnFamilyOptions state) {
        static Settings of(long memoryBytes) {
            LRUCache cache = new LRUCache(memoryBytes / 3);
            BloomFilter bloom = new BloomFilter(BLOOM_BITS);
            long writeBufferBytes = memoryBytes / 3 * 2 / WRITE_BUFFERS;
            ColumnFamilyOptions state = new ColumnFamilyOptions().setWriteBufferSize(STATE_WRITE_BUFFER_BYTES);
            return new Settings(cache, bloom, databaseOptions(), entryOptions(writeBufferBytes, cache, bloom), state);
        }

        void close() {
            state.close();
            entries.close();
            database.close();
            bloom.close();
            cache.close();
        }
    }

    /**
     * Opens the folder, made when absent.
     *
     * @param memoryBytes two thirds of it for write buffers, one for blocks
     * @throws CorruptionException when RocksDB cannot read what is there
     */
    public static RocksFolder open(Path folder, long memoryBytes) {
        RocksDB.loadLibrary();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("directory folder cannot be made: " + folder, e);
        }
        Settings settings = Settings.of(memoryBytes);
        List<ColumnFamilyDescriptor> descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, settings.entries()),
                new ColumnFamilyDescriptor(STATE_FAMILY_NAME, settings.state()));
        List<ColumnFamilyHandle> families = new ArrayList<>();
        try {
            RocksDB database = RocksDB.open(settings.database(), folder.toString(), descriptors, families);
            return new RocksFolder(settings, database, families);
        } catch (RocksDBException e) {
            settings.close();
            throw failure("directory cannot be opened", e);
        }
    }

    private static DBOptions databaseOptions() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true) // Entries and the state that speaks of them.
                .setAllowConcurrentMemtableWrite(false) // One writer.
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setMaxFileOpeningThreads(1)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_SIZE_MAX)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private static ColumnFamilyOptions entryOptions(long writeBufferBytes, LRUCache cache, BloomFilter bloom) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockSize(BLOCK_SIZE)
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(bloom)
                .setFormatVersion(6);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION) // One for all levels: see the class comment.
                .setOptimizeFiltersForHits(true) // No filter at the bottom, where nearly all keys are.
                .setWriteBufferSize(writeBufferBytes)
                .setMaxWriteBufferNumber(WRITE_BUFFERS)
                .setLevelCompactionDynamicLevelBytes(true);
    }

    /** Writes a batch in RocksDB's own encoding, atomically. */
    public void write(byte[] batch) {
        try (WriteBatch writes = new WriteBatch(batch)) {
            database.write(writeOptions, writes);
        } catch (RocksDBException e) {
            throw failure("directory cannot be written", e);
        }
    }

    /** The value of an entry's key. */
    public Optional<byte[]> find(byte[] key) {
        try {
            return Optional.ofNullable(database.get(key));
        } catch (RocksDBException e) {
            throw failure("directory cannot be read", e);
        }
    }

    /** The value of the state's key that would still be there if the process died now. */
    public Optional<byte[]> findPersistedState(byte[] key) {
        try {
            return Optional.ofNullable(database.get(families.get(STATE_FAMILY), persisted, key));
        } catch (RocksDBException e) {
            throw failure("directory cannot be read", e);
        }
    }

    /** A walk over what is there now, below a key; the caller closes it before this folder. */
    public RocksWalk walk(byte[] end) {
        Slice bound = new Slice(end);
        ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
        return new RocksWalk(database.newIterator(options), options, bound);
    }

    /** Deletes a range: files that lie in it at once, the rest by a mark. */
    public void deleteRange(byte[] from, byte[] end) {
        try {
            database.deleteRange(writeOptions, from, end);
            database.deleteFilesInRanges(database.getDefaultColumnFamily(), List.of(from, end), false);
        } catch (RocksDBException e) {
            throw failure("directory cannot be written", e);
        }
    }

    /** Deletes all entries of a range, sets the state, and makes both durable, as one step. */
    public void clear(byte[] from, byte[] end, byte[] stateKey, byte[] state) {
        try (WriteBatch batch = new WriteBatch()) {
            batch.deleteRange(from, end);
            batch.put(families.get(STATE_FAMILY), stateKey, state);
            database.write(writeOptions, batch);
            flush();
            database.deleteFilesInRanges(database.getDefaultColumnFamily(), List.of(from, end), false);
        } catch (RocksDBException e) {
            throw failure("directory cannot be written", e);
        }
    }

    /** Brings everything written to the disk. */
    public void flush() {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            database.flush(wait, families);
        } catch (RocksDBException e) {
            throw failure("directory cannot be flushed", e);
        }
    }

    /** Bytes of all table files. */
    public long diskBytes() {
        try {
            return database.getLongProperty("rocksdb.total-sst-files-size");
        } catch (RocksDBException e) {
            throw failure("directory cannot be read", e);
        }
    }

    /** Native memory of write buffers, cached blocks and open readers. */
    public long memoryBytes() {
        try {
            return database.getLongProperty("rocksdb.cur-size-all-mem-tables")
                    + database.getLongProperty("rocksdb.estimate-table-readers-mem")
                    + cache.getUsage();
        } catch (RocksDBException e) {
            throw failure("directory cannot be read", e);
        }
    }

    static RuntimeException failure(String message, RocksDBException cause) {
        Status status = cause.getStatus();
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new CorruptionException(message, cause);
        }
        return new UncheckedIOException(message, new IOException(cause));
    }

    @Override
    public void close() {
        families.forEach(AbstractNativeReference::close);
        database.close();
        persisted.close();
        writeOptions.close();
        options.forEach(AbstractNativeReference::close);
        bloom.close();
        cache.close();
    }
}
