package dev.hayloft.store.job;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the records of jobs. Whoever writes one, the record that is written last tells the newest state: what the job
 * is and the write of it are one step under a lock of that job. A record that cannot be written costs the memory of a
 * job, not the job.
 *
 * <p><i>Durability:</i> a record is durable at return, as {@link JobArchive} says.
 *
 * <p><i>Threads:</i> any that may wait for the disk.
 */
final class JobRecords {
    private static final Logger LOG = System.getLogger(JobRecords.class.getName());
    private static final String INCARNATION = "incarnation";

    private final JobArchive archive;
    private final String incarnation;

    /** Of a store's incarnation. */
    JobRecords(JobArchive archive, String incarnation) {
        this.archive = archive;
        this.incarnation = incarnation;
    }

    Map<String, Map<String, String>> readAll() {
        return archive.readAll();
    }

    /** Whether a record is of a job of this incarnation of the store. */
    boolean areOurs(Map<String, String> fields) {
        return incarnation.equals(fields.get(INCARNATION));
    }

    /** Writes how a job stands now. */
    void keep(ScheduledJob job) {
        attempt(() -> job.record(encoded -> {
            Map<String, String> fields = new TreeMap<>(encoded);
            fields.put(INCARNATION, incarnation);
            archive.write(job.id(), fields);
        }));
    }

    /** Removes a job's record, for good. */
    void forget(ScheduledJob job) {
        attempt(() -> job.forget(() -> archive.delete(job.id())));
    }

    private static void attempt(Runnable change) {
        try {
            change.run();
        } catch (RuntimeException | Error e) { // The boundary to the archive: a job must not stay "running" for it.
            LOG.log(Level.WARNING, "A job's record cannot be written: a restart will know an older state of it.", e);
        }
    }
}
