package dev.hayloft.api.config;

import dev.hayloft.model.Durability;
import dev.hayloft.store.CompactionConfig;
import dev.hayloft.store.StoreConfig;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.parity.ParityConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of one server, each within its range. Immutable.
 *
 * <p>A setting that would promise what this version does not do is refused, not accepted in silence.
 */
public final class Settings {
    private final Map<Setting, Object> values;
    private final Map<Setting, String> texts;

    private Settings(Map<Setting, Object> values, Map<Setting, String> texts) {
        this.values = Collections.unmodifiableMap(values);
        this.texts = Collections.unmodifiableMap(texts);
    }

    /**
     * Settings from texts; what is not named has its default.
     *
     * @throws SettingException when a value is out of range
     */
    public static Settings of(Map<Setting, String> named) {
        Map<Setting, Object> values = new EnumMap<>(Setting.class);
        Map<Setting, String> texts = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            String text = named.getOrDefault(setting, setting.defaultText());
            texts.put(setting, text);
            values.put(setting, setting.parse(text));
        }
        Settings settings = new Settings(values, texts);
        settings.refuseOpenOnForeignAddress();
        return settings;
    }

    private void refuseOpenOnForeignAddress() {
        if (!authOpen() || flag(Setting.AUTH_OPEN_ON_ANY_ADDRESS)) {
            return;
        }
        for (Setting bind : List.of(Setting.HTTP_BIND, Setting.ADMIN_BIND)) {
            if (!isLoopback(text(bind))) {
                throw new SettingException("Setting " + bind.dotted() + " must be a loopback address while auth.mode is"
                        + " open, or auth.openOnAnyAddress must be true; it is \"" + text(bind) + "\".");
            }
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** A size in bytes. */
    public long size(Setting setting) {
        return (Long) value(setting);
    }

    /** A whole number. */
    public int integer(Setting setting) {
        return (Integer) value(setting);
    }

    /** A time. */
    public Duration time(Setting setting) {
        return (Duration) value(setting);
    }

    /** Yes or no. */
    public boolean flag(Setting setting) {
        return (Boolean) value(setting);
    }

    /** Text; empty when there is none. */
    public String text(Setting setting) {
        return (String) value(setting);
    }

    @SuppressWarnings("unchecked") // Only Kind.list() makes values of list settings.
    private List<String> list(Setting setting) {
        return (List<String>) value(setting);
    }

    private Object value(Setting setting) {
        Object value = values.get(setting);
        if (value == null) {
            throw new AssertionError("every setting has a value");
        }
        return value;
    }

    /** Each setting as a user would write it. */
    public Map<Setting, String> texts() {
        return texts;
    }

    /** The data folder, as given. */
    public Path data() {
        return Path.of(text(Setting.STORAGE_DATA));
    }

    /** Whether identity is switched off. */
    public boolean authOpen() {
        return text(Setting.AUTH_MODE).equals("open");
    }

    /** The durability of buckets that say nothing. */
    public Durability durability() {
        return text(Setting.STORAGE_DURABILITY).equals("disk") ? Durability.DISK : Durability.MEMORY;
    }

    private ParityConfig parity() {
        return new ParityConfig(
                flag(Setting.ERASURE_AUTOMATIC),
                integer(Setting.ERASURE_DATA_SHARDS),
                integer(Setting.ERASURE_PARITY_SHARDS),
                time(Setting.ERASURE_AFTER),
                size(Setting.ERASURE_BYTES_PER_SECOND),
                time(Setting.SCRUB_EVERY),
                size(Setting.SCRUB_BYTES_PER_SECOND),
                list(Setting.STORAGE_DISKS).stream().map(Path::of).toList());
    }

    private EncryptionConfig encryption() {
        String file = text(Setting.ENCRYPTION_MASTER_KEY_FILE);
        return new EncryptionConfig(
                file.isEmpty() ? Optional.empty() : Optional.of(Path.of(file)),
                list(Setting.ENCRYPTION_FORMER_KEY_FILES).stream().map(Path::of).toList());
    }

    /** How the store is to be opened. */
    public StoreConfig store() {
        return StoreConfig.builder(data())
                .partitions(integer(Setting.STORAGE_PARTITIONS))
                .volumeSizeBytes(size(Setting.STORAGE_VOLUME_SIZE))
                .durability(durability())
                .memorySync(time(Setting.STORAGE_MEMORY_SYNC))
                .reserveBytes(size(Setting.STORAGE_RESERVE))
                .compaction(new CompactionConfig(
                        flag(Setting.COMPACTION_AUTOMATIC),
                        (Double) value(Setting.COMPACTION_DEAD_RATIO),
                        size(Setting.COMPACTION_BYTES_PER_SECOND),
                        time(Setting.CHANGES_RETAIN)))
                .parity(parity())
                .encryption(encryption())
                .build();
    }
}
