package dev.hayloft.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.Durability;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static Settings with(String assignment) {
        return new SettingsReader().assignment(assignment).read();
    }

    @Test
    void defaults_areTheContracts() {
        Settings settings = new SettingsReader().read();
        StoreConfig store = settings.store();
        assertThat(store).isEqualTo(StoreConfig.defaults(Path.of("./data")));
        assertThat(settings.integer(Setting.HTTP_PORT)).isEqualTo(8080);
        assertThat(settings.integer(Setting.ADMIN_PORT)).isEqualTo(8081);
        assertThat(settings.integer(Setting.CIAOS_PORT)).isEqualTo(9710);
        assertThat(settings.text(Setting.HTTP_BIND)).isEqualTo("127.0.0.1");
        assertThat(settings.authOpen()).isFalse();
        assertThat(settings.durability()).isEqualTo(Durability.DISK);
        assertThat(settings.time(Setting.SCRUB_EVERY)).isEqualTo(Duration.ofDays(7));
        assertThat(settings.size(Setting.LIMITS_BYTES_IN_FLIGHT)).isEqualTo(128L << 20);
    }

    @Test
    void boundsAndBeyond_areTakenAndRefused() {
        String[][] cases = {
            {"storage.partitions", "1", "256", "0", "257"},
            {"storage.volumeSize", "1MiB", "16GiB", "1048575", "17GiB"},
            {"storage.memorySync", "10ms", "1h", "9ms", "2h"},
            {"http.port", "0", "65535", "-1", "65536"},
            {"ciaos.port", "-1", "65535", "-2", "65536"},
            {"compaction.deadRatio", "0.01", "0.99", "0", "1"},
            {"limits.listPage", "1", "10000", "0", "10001"},
            {"limits.idle", "1s", "1h", "999ms", "61m"},
            {"auth.mode", "keys", "open", "none", ""},
            {"compaction.automatic", "true", "false", "yes", "1"},
            {"storage.reserve", "0", "1TiB", "-1", "1 PiB"},
            {"log.level", "off", "trace", "loud", "INFO"},
        };
        for (String[] each : cases) {
            with(each[0] + "=" + each[1]);
            with(each[0] + "=" + each[2]);
            for (int bad = 3; bad <= 4; bad++) {
                String assignment = each[0] + "=" + each[bad];
                assertThatThrownBy(() -> with(assignment))
                        .as(assignment)
                        .isInstanceOf(SettingException.class)
                        .hasMessageContaining(each[0])
                        .hasMessageEndingWith(".");
            }
        }
    }

    @Test
    void unknownKey_isNamed() {
        assertThatThrownBy(() -> with("storage.nothing=1")).hasMessageContaining("storage.nothing");
        assertThatThrownBy(() -> with("volumesize=1")).hasMessageContaining("storage.volumeSize");
        assertThatThrownBy(() -> with("nothing")).hasMessageContaining("KEY=VALUE");
    }

    @Test
    void lists_withAndWithoutEntries_areTaken() {
        assertThat(with("storage.disks=").store().parity().disks()).isEmpty();
        assertThat(with("storage.disks=/a,/b").store().parity().disks()).hasSize(2);
        assertThat(with("encryption.formerKeyFiles=/a,/b").store().encryption().formerKeyFiles())
                .hasSize(2);
        assertThat(with("encryption.masterKeyFile=").store().encryption().masterKeyFile())
                .isEmpty();
        assertThat(with("encryption.masterKeyFile=/k").store().encryption().masterKeyFile())
                .contains(Path.of("/k"));
    }

    @Test
    void openMode_onForeignAddress_needsASecondWord() {
        with("auth.mode=open");
        SettingsReader foreign =
                new SettingsReader().assignment("auth.mode=open").assignment("http.bind=0.0.0.0");
        assertThatThrownBy(foreign::read).hasMessageContaining("http.bind").hasMessageContaining("loopback");
        foreign.assignment("auth.openOnAnyAddress=true").read();
    }

    @Test
    void sources_laterOneWins_unknownVariablesWarn() throws IOException {
        Path folder = TempFolders.create("settings");
        try {
            Path file = folder.resolve("config.yml");
            Files.writeString(
                    file,
                    "http:\n  port: 1\nadmin.port: 2\nlimits:\n  # idle: 3s\nstorage:\n  volumeSize: 2MiB\n  memorySync: 2s\n");
            List<String> warnings = new ArrayList<>();
            Settings settings = new SettingsReader()
                    .file(file)
                    .environment(
                            Map.of(
                                    "HAYLOFT_STORAGE_VOLUMESIZE", "3MiB",
                                    "HAYLOFT_STORAGE_MEMORYSYNC", "3s",
                                    "HAYLOFT_SECRET_KEY", "never",
                                    "HAYLOFT_JAVA_OPTS", "never",
                                    "HAYLOFT_BUILD", "never",
                                    "HAYLOFT_NOTHING", "x",
                                    "PATH", "x"),
                            warnings::add)
                    .assignment("storage.memorySync=4s")
                    .read();
            assertThat(settings.integer(Setting.HTTP_PORT)).isEqualTo(1);
            assertThat(settings.integer(Setting.ADMIN_PORT)).isEqualTo(2);
            assertThat(settings.size(Setting.STORAGE_VOLUME_SIZE)).isEqualTo(3L << 20);
            assertThat(settings.time(Setting.STORAGE_MEMORY_SYNC)).isEqualTo(Duration.ofSeconds(4));
            assertThat(warnings).singleElement().asString().contains("HAYLOFT_NOTHING");
            Files.writeString(file, "http:\n  wrong: 1\n");
            assertThatThrownBy(() -> new SettingsReader().file(file)).hasMessageContaining("http.wrong");
            Files.writeString(file, "http: [\n");
            assertThatThrownBy(() -> new SettingsReader().file(file)).hasMessageContaining("no YAML");
        } finally {
            TempFolders.delete(folder);
        }
    }

    @Test
    void rootFile_namesEveryKey_withItsDefault() throws IOException {
        Path file = Path.of(System.getProperty("hayloft.root", ".."), "config.yml");
        Settings settings = new SettingsReader().file(file).read();
        assertThat(settings.texts()).isEqualTo(new SettingsReader().read().texts());
        String text = Files.readString(file);
        for (Setting setting : Setting.values()) {
            String last = setting.dotted().substring(setting.dotted().indexOf('.') + 1);
            boolean machines = setting == Setting.STORAGE_PARTITIONS || setting == Setting.STORAGE_DISKS;
            assertThat(text)
                    .contains("# " + last + ":"
                            + (machines || setting.defaultText().isEmpty() ? "" : " " + setting.defaultText()));
        }
    }
}
