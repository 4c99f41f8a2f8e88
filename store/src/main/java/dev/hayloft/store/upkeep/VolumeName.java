package dev.hayloft.store.upkeep;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.partition.Partition;
import java.util.ArrayList;
import java.util.List;

/** A volume of a partition, as it is called outside. */
record VolumeName(Partition partition, VolumeInfo info) {
    int id() {
        return info.id();
    }

    /** {@code PARTITION-NUMBER}. */
    String text() {
        return partition.config().name() + "-" + info.id();
    }

    boolean isSealed() {
        return info.state() == VolumeInfo.State.SEALED;
    }

    /** The volumes that a request names, all when it names none. */
    static List<VolumeName> of(List<Partition> partitions, JobRequest request) {
        List<VolumeName> all = new ArrayList<>();
        for (Partition partition : partitions) {
            partition.log().volumes().forEach(info -> all.add(new VolumeName(partition, info)));
        }
        if (request.volume().isEmpty()) {
            return all;
        }
        String wanted = request.volume().get();
        List<VolumeName> named =
                all.stream().filter(volume -> volume.text().equals(wanted)).toList();
        if (named.isEmpty()) {
            throw new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no volume of this id.")
                    .with("volume", wanted);
        }
        return named;
    }
}
