package dev.hayloft.store.upkeep;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shards that could be made and not be written, counted by folder: a disk that takes nothing is named once, and not
 * with every shard that belongs there.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class UnwrittenShards {
    private final Map<Path, Folder> folders = new TreeMap<>();

    private record Folder(long shards, String reason) {
        Folder plusOne() {
            return new Folder(shards + 1, reason);
        }
    }

    /** One more; of each folder the first reason is kept. */
    void add(Path file, String reason) {
        folders.merge(ShardRoom.folder(file), new Folder(1, reason), (old, more) -> old.plusOne());
    }

    boolean isEmpty() {
        return folders.isEmpty();
    }

    /** As a job's result names them. */
    List<Object> json() {
        return folders.entrySet().stream()
                .<Object>map(each -> Map.of(
                        "folder", each.getKey().toString(),
                        "shards", each.getValue().shards(),
                        "reason", each.getValue().reason()))
                .toList();
    }
}
