package dev.hayloft.api.metrics;

import dev.hayloft.store.Job;
import dev.hayloft.store.StoreStatus;
import dev.hayloft.store.StoreStatus.PartitionStatus;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** The Prometheus page, text format 0.0.4. Names are listed in docs/operations.md. */
public final class MetricsPage {
    /** Upper edges of the latency buckets shown, in seconds. */
    private static final double[] EDGES = {
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10
    };

    private static final double NANOS = 1e9;

    private final StringBuilder text = new StringBuilder(16 << 10);

    private MetricsPage() {}

    /**
     * The page.
     *
     * @param background counters of jobs, each by the end of its name
     * @param jobs those that are known, also of former runs
     * @param bodyBytes what bodies take in memory right now
     */
    public static String write(
            ServerMetrics metrics, StoreStatus status, Map<String, Long> background, List<Job> jobs, long bodyBytes) {
        MetricsPage page = new MetricsPage();
        page.requests(metrics);
        page.latencies(metrics);
        page.single("hayloft_http_received_bytes_total", "counter", "Content taken in.", metrics.bytesIn());
        page.single("hayloft_http_sent_bytes_total", "counter", "Content given out.", metrics.bytesOut());
        page.single("hayloft_http_requests_underway", "gauge", "Requests begun and not ended.", metrics.underway());
        page.single("hayloft_http_body_bytes", "gauge", "Bytes of bodies in memory.", bodyBytes);
        page.single(
                "hayloft_ingest_streams",
                "gauge",
                "Requests of records open.",
                metrics.streams().ingestCount());
        page.single(
                "hayloft_feed_readers",
                "gauge",
                "Readers of changes.",
                metrics.streams().readerCount());
        page.store(status);
        background.forEach((name, value) -> page.single("hayloft_" + name, "counter", "Of background work.", value));
        page.upkeep(jobs);
        page.partitions(status.partitions());
        page.machine();
        return page.text.toString();
    }

    private void requests(ServerMetrics metrics) {
        head("hayloft_http_requests_total", "counter", "Requests ended, by operation and class of status.");
        for (Operation operation : Operation.values()) {
            for (int status = 0; status <= 5; status++) {
                long count = metrics.requests(operation, status);
                if (status != 1 && (count > 0 || status == 2)) {
                    String label = status == 0 ? "broken" : status + "xx";
                    line(
                            "hayloft_http_requests_total",
                            "operation=\"" + operation.label() + "\",status=\"" + label + "\"",
                            count);
                }
            }
        }
    }

    private void latencies(ServerMetrics metrics) {
        String name = "hayloft_http_request_seconds";
        head(name, "histogram", "From a request's head to the last byte of its answer.");
        for (Operation operation : Operation.values()) {
            LatencyHistogram histogram = metrics.latency(operation);
            long count = histogram.count();
            if (count == 0) {
                continue;
            }
            String label = "operation=\"" + operation.label() + "\"";
            for (double edge : EDGES) {
                long upTo = histogram.countUpTo((long) (edge * NANOS));
                line(
                        name + "_bucket",
                        label + ",le=\"" + BigDecimal.valueOf(edge).toPlainString() + "\"",
                        Math.min(upTo, count));
            }
            line(name + "_bucket", label + ",le=\"+Inf\"", count);
            line(name + "_sum", label, histogram.sumNanos() / NANOS);
            line(name + "_count", label, count);
        }
    }

    private void store(StoreStatus status) {
        single("hayloft_buckets", "gauge", "Buckets.", status.buckets());
        single("hayloft_objects", "gauge", "Keys of all buckets.", status.objects());
        single("hayloft_logical_bytes", "gauge", "Content as written.", status.logicalBytes());
        single("hayloft_stored_bytes", "gauge", "What readable versions take.", status.storedBytes());
        single("hayloft_saved_bytes", "gauge", "What sharing equal content saves.", status.savedBytes());
        single("hayloft_live_bytes", "gauge", "Bytes in volumes that compaction would keep.", status.liveBytes());
        single("hayloft_dead_bytes", "gauge", "Bytes in volumes that compaction would drop.", status.deadBytes());
        single(
                "hayloft_disk_free_bytes",
                "gauge",
                "Usable space of the fullest of the store's disks.",
                status.freeBytes());
        head("hayloft_volumes", "gauge", "Volumes by state.");
        line("hayloft_volumes", "state=\"open\"", status.volumes().open());
        line("hayloft_volumes", "state=\"sealed\"", status.volumes().sealed());
        line("hayloft_volumes", "state=\"encoded\"", status.volumes().encoded());
        line("hayloft_volumes", "state=\"damaged\"", status.volumes().damaged());
        single(
                "hayloft_unindexed_volumes",
                "gauge",
                "Volumes of which the index may lack keys.",
                status.volumes().unindexed());
        parity(status);
        compression(status.compression());
    }

    private void compression(StoreStatus.CompressionFigures figures) {
        single(
                "hayloft_compression_content_bytes_total",
                "counter",
                "Content offered to compression, as written.",
                figures.contentBytes());
        single(
                "hayloft_compression_stored_bytes_total",
                "counter",
                "The same as it was stored.",
                figures.storedBytes());
        single("hayloft_dictionaries_learned_total", "counter", "Dictionaries taken into use.", figures.dictionaries());
    }

    private void parity(StoreStatus status) {
        StoreStatus.ReadThrough reads = status.readThrough();
        single("hayloft_parity_bytes", "gauge", "Bytes of parity shards.", status.parityBytes());
        single("hayloft_rebuilt_ranges_total", "counter", "Damaged ranges made again for a read.", reads.ranges());
        single("hayloft_rebuilt_bytes_total", "counter", "Bytes in them.", reads.bytes());
        single("hayloft_rebuilt_cached_total", "counter", "Reads answered by a range made before.", reads.cached());
        single("hayloft_lost_ranges_total", "counter", "Damaged ranges that could not be made again.", reads.lost());
    }

    private void upkeep(List<Job> jobs) {
        LastUpkeep last = LastUpkeep.of(jobs);
        Optional<Job> scrub = last.scrub();
        gauge(
                "hayloft_scrub_end_seconds",
                "When the last whole scrub ended, since 1970.",
                LastUpkeep.endSeconds(scrub));
        gauge("hayloft_scrub_checked_bytes", "Bytes that it read.", LastUpkeep.figure(scrub, "checkedBytes"));
        gauge("hayloft_scrub_damages", "Damaged places that it found.", LastUpkeep.figure(scrub, "damaged"));
        gauge("hayloft_scrub_lost_keys", "Keys that it could not read.", LastUpkeep.figure(scrub, "lost"));
        gauge("hayloft_scrub_missing_keys", "Keys not in the index.", LastUpkeep.figure(scrub, "indexMissing"));
        Optional<Job> repair = last.repair();
        gauge("hayloft_repair_end_seconds", "When the last repair ended, since 1970.", LastUpkeep.endSeconds(repair));
        gauge("hayloft_repair_shards", "Shards that it made whole.", LastUpkeep.figure(repair, "repaired"));
        gauge("hayloft_repair_lost_keys", "Keys that it could not save.", LastUpkeep.figure(repair, "lost"));
    }

    private void gauge(String name, String help, long value) {
        single(name, "gauge", help, value);
    }

    private void partitions(List<PartitionStatus> all) {
        each(
                all,
                "hayloft_partition_writable",
                "gauge",
                "1 while it takes writes.",
                p -> p.problem().isEmpty() ? 1 : 0);
        each(all, "hayloft_ring_depth", "gauge", "Mutations waiting for the writer.", PartitionStatus::queueDepth);
        each(all, "hayloft_ring_capacity", "gauge", "Most of them.", PartitionStatus::queueCapacity);
        each(all, "hayloft_log_unforced_bytes", "gauge", "Appended, not forced.", PartitionStatus::unforcedBytes);
        each(all, "hayloft_log_mutations_total", "counter", "Mutations applied.", p -> p.log()
                .mutations());
        each(all, "hayloft_log_frames_total", "counter", "Frames appended.", p -> p.log()
                .frames());
        each(all, "hayloft_log_appended_bytes_total", "counter", "Frames with headers.", p -> p.log()
                .appendedBytes());
        each(all, "hayloft_log_refused_total", "counter", "Mutations refused.", p -> p.log()
                .refused());
        each(all, "hayloft_log_forces_total", "counter", "Forces of files.", p -> p.log()
                .forces());
        head("hayloft_log_force_seconds_total", "counter", "All forces together.");
        for (PartitionStatus partition : all) {
            line(
                    "hayloft_log_force_seconds_total",
                    label(partition),
                    partition.log().forceNanos() / NANOS);
        }
        head("hayloft_log_force_seconds_max", "gauge", "The longest force since the start.");
        for (PartitionStatus partition : all) {
            line(
                    "hayloft_log_force_seconds_max",
                    label(partition),
                    partition.log().forceNanosMax() / NANOS);
        }
        each(all, "hayloft_index_entries", "gauge", "Keys and extents.", p -> p.index()
                .entries());
        each(all, "hayloft_index_capacity", "gauge", "Entries before the next split.", p -> p.index()
                .capacity());
        each(all, "hayloft_index_bytes", "gauge", "Maps on disk.", p -> p.index()
                .bytes());
        each(all, "hayloft_index_maps", "gauge", "Maps.", p -> p.index().maps());
        head("hayloft_index_load", "gauge", "Entries to capacity.");
        for (PartitionStatus partition : all) {
            double capacity = Math.max(1.0, (double) partition.index().capacity());
            line(
                    "hayloft_index_load",
                    label(partition),
                    (double) partition.index().entries() / capacity);
        }
    }

    private void machine() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        single("jvm_heap_used_bytes", "gauge", "Heap in use.", heap.getUsed());
        single("jvm_heap_committed_bytes", "gauge", "Heap held.", heap.getCommitted());
        single("jvm_heap_max_bytes", "gauge", "Heap at most.", heap.getMax());
        single(
                "jvm_threads",
                "gauge",
                "Threads alive.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        head("jvm_gc_seconds_total", "counter", "Time in garbage collection.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            line(
                    "jvm_gc_seconds_total",
                    "collector=\"" + collector.getName() + "\"",
                    (double) collector.getCollectionTime() / 1e3);
        }
    }

    private void each(
            List<PartitionStatus> all, String name, String type, String help, ToLongFunction<PartitionStatus> figure) {
        head(name, type, help);
        for (PartitionStatus partition : all) {
            line(name, label(partition), figure.applyAsLong(partition));
        }
    }

    private static String label(PartitionStatus partition) {
        return "partition=\"" + partition.id() + "\"";
    }

    private void single(String name, String type, String help, long value) {
        head(name, type, help);
        line(name, "", value);
    }

    private void head(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void line(String name, String labels, long value) {
        line(name, labels, Long.toString(value));
    }

    private void line(String name, String labels, double value) {
        line(name, labels, Double.toString(value));
    }

    private void line(String name, String labels, String value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(value).append('\n');
    }
}
