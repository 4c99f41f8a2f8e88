package dev.hayloft.store.folder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DisksTest {
    @Test
    void spreadWarning_ofAShardOnEachDisk_isNone() {
        assertThat(Disks.spreadWarning(14, 14, 4)).isEmpty();
        assertThat(Disks.spreadWarning(20, 14, 4)).isEmpty();
    }

    @Test
    void spreadWarning_ofOneDisk_isNone() {
        assertThat(Disks.spreadWarning(1, 14, 4)).isEmpty();
    }

    @Test
    void spreadWarning_ofFewerDisksThanShards_saysWhatALostDiskCosts() {
        assertThat(Disks.spreadWarning(13, 14, 4)).hasValueSatisfying(warning -> assertThat(warning)
                .isEqualTo("There are 13 disks for 14 shards: a lost disk costs a volume up to 2 of them."));
        assertThat(Disks.spreadWarning(4, 14, 4))
                .hasValueSatisfying(warning -> assertThat(warning).contains("costs a volume up to 4 of them"));
    }

    @Test
    void spreadWarning_ofTooFewDisksForParity_saysWhatToDo() {
        assertThat(Disks.spreadWarning(3, 14, 4)).hasValueSatisfying(warning -> assertThat(warning)
                .contains("up to 5, more than parity makes up for")
                .contains("erasure.dataShards"));
    }
}
