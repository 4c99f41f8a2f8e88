package dev.hayloft.store;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobTask;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/** The job that makes a backup. Threads: as {@link JobTask} says. */
final class BackupTask implements JobTask {
    private final Backup backup;

    BackupTask(Backup backup) {
        this.backup = backup;
    }

    @Override
    public void check(JobRequest request) {
        StoreJobs.refuse(request.bucket().isPresent(), "bucket");
        StoreJobs.refuse(request.volume().isPresent(), "volume");
        StoreJobs.refuse(request.dryRun(), "dryRun");
        backup.check(folder(request));
    }

    private static Path folder(JobRequest request) {
        String directory = request.directory().orElse("");
        try {
            return Path.of(directory);
        } catch (InvalidPathException e) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A backup needs the path of a folder on the server.")
                    .with("parameter", "directory")
                    .with("value", directory);
        }
    }

    @Override
    public SortedMap<String, Object> run(JobRun run) {
        Backup.Done done = backup.run(folder(run.request()), new Backup.Watcher() {
            @Override
            public void expect(long bytes) {
                run.expect(bytes, "copying sealed volumes");
            }

            @Override
            public void advance(long bytes) {
                run.advance(bytes);
                run.step();
            }

            @Override
            public boolean isStopping() {
                return run.isStopping();
            }
        });
        return Job.result(Map.of(
                "files",
                done.files(),
                "bytes",
                done.bytes(),
                "copiedBytes",
                done.copiedBytes(),
                "lostBytes",
                done.lostBytes(),
                "damagedVolumes",
                done.damagedVolumes()));
    }
}
