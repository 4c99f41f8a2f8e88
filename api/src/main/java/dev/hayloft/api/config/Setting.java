package dev.hayloft.api.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every setting of the contract: its dotted name, its default as a user would write it, and what it may be. */
public enum Setting {
    STORAGE_DATA("storage.data", "./data", Kind.text()),
    STORAGE_DISKS("storage.disks", "", Kind.list()),
    STORAGE_PARTITIONS("storage.partitions", Integer.toString(cores()), Kind.integer(1, 256)),
    STORAGE_VOLUME_SIZE("storage.volumeSize", "1GiB", Kind.size(1L << 20, 16L << 30)),
    STORAGE_DURABILITY("storage.durability", "disk", Kind.choice("disk", "memory")),
    STORAGE_MEMORY_SYNC("storage.memorySync", "1s", Kind.time(10, 3_600_000)),
    STORAGE_RESERVE("storage.reserve", "1GiB", Kind.size(0, 1L << 50)),
    COMPACTION_AUTOMATIC("compaction.automatic", "true", Kind.flag()),
    COMPACTION_DEAD_RATIO("compaction.deadRatio", "0.25", Kind.ratio()),
    COMPACTION_BYTES_PER_SECOND("compaction.bytesPerSecond", "64MiB", Kind.size(1L << 16, 1L << 40)),
    ERASURE_AUTOMATIC("erasure.automatic", "true", Kind.flag()),
    ERASURE_DATA_SHARDS("erasure.dataShards", "10", Kind.integer(1, 32)),
    ERASURE_PARITY_SHARDS("erasure.parityShards", "4", Kind.integer(1, 16)),
    ERASURE_AFTER("erasure.after", "1h", Kind.time(0, 365 * 86_400_000L)),
    ERASURE_BYTES_PER_SECOND("erasure.bytesPerSecond", "64MiB", Kind.size(1L << 16, 1L << 40)),
    SCRUB_EVERY("scrub.every", "7d", Kind.time(60_000, 3650 * 86_400_000L)),
    SCRUB_BYTES_PER_SECOND("scrub.bytesPerSecond", "16MiB", Kind.size(1L << 16, 1L << 40)),
    CHANGES_RETAIN("changes.retain", "7d", Kind.time(0, 3650 * 86_400_000L)),
    AUTH_MODE("auth.mode", "keys", Kind.choice("keys", "open")),
    AUTH_OPEN_ON_ANY_ADDRESS("auth.openOnAnyAddress", "false", Kind.flag()),
    ENCRYPTION_MASTER_KEY_FILE("encryption.masterKeyFile", "", Kind.text()),
    ENCRYPTION_FORMER_KEY_FILES("encryption.formerKeyFiles", "", Kind.list()),
    HTTP_BIND("http.bind", "127.0.0.1", Kind.text()),
    HTTP_PORT("http.port", "8080", Kind.integer(0, 65_535)),
    ADMIN_BIND("admin.bind", "127.0.0.1", Kind.text()),
    ADMIN_PORT("admin.port", "8081", Kind.integer(0, 65_535)),
    CIAOS_PORT("ciaos.port", "9710", Kind.integer(-1, 65_535)),
    TLS_KEY_STORE("tls.keyStore", "", Kind.text()),
    TLS_KEY_STORE_PASSWORD_FILE("tls.keyStorePasswordFile", "", Kind.text()),
    LOG_FORMAT("log.format", "text", Kind.choice("text", "json")),
    LOG_LEVEL("log.level", "info", Kind.choice("error", "warn", "info", "debug", "trace", "off")),
    LOG_ACCESS("log.access", "false", Kind.flag()),
    LOG_SLOW("log.slow", "1s", Kind.time(0, 3_600_000)),
    LIMITS_REQUEST_HEADERS("limits.requestHeaders", "16KiB", Kind.size(8 << 10, 1 << 20)),
    LIMITS_JSON_BODY("limits.jsonBody", "1MiB", Kind.size(1 << 10, 64 << 20)),
    LIMITS_METADATA("limits.metadata", "2KiB", Kind.size(0, 8 << 10)),
    LIMITS_LIST_PAGE("limits.listPage", "10000", Kind.integer(1, 10_000)),
    LIMITS_CONNECTIONS("limits.connections", "4096", Kind.integer(16, 1_000_000)),
    LIMITS_BYTES_IN_FLIGHT("limits.bytesInFlight", "128MiB", Kind.size(8 << 20, 1L << 40)),
    LIMITS_STREAMS("limits.streams", "256", Kind.integer(1, 100_000)),
    LIMITS_FAILED_LOGINS("limits.failedLogins", "100", Kind.integer(1, 1_000_000)),
    LIMITS_IDLE("limits.idle", "30s", Kind.time(1_000, 3_600_000));

    private final String dotted;
    private final String defaultText;

    @SuppressWarnings("ImmutableEnumChecker") // A kind is a sentence and a function without state.
    private final Kind kind;

    Setting(String dotted, String defaultText, Kind kind) {
        this.dotted = dotted;
        this.defaultText = defaultText;
        this.kind = kind;
    }

    /** The name in {@code config.yml} and {@code --set}, for example {@code storage.volumeSize}. */
    public String dotted() {
        return dotted;
    }

    /** The name in the environment, for example {@code HAYLOFT_STORAGE_VOLUMESIZE}. */
    public String environmentName() {
        return "HAYLOFT_" + dotted.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** The default as a user would write it; empty for none. */
    public String defaultText() {
        return defaultText;
    }

    /**
     * Checks a value.
     *
     * @throws SettingException naming this setting when the value is out of range
     */
    Object parse(String text) {
        return kind.parse(text.strip())
                .orElseThrow(() -> new SettingException(
                        "Setting " + dotted + " must be " + kind.expected() + "; it is \"" + text + "\"."));
    }

    /** The setting of that dotted name. */
    public static Optional<Setting> find(String dotted) {
        return Arrays.stream(values()).filter(s -> s.dotted.equals(dotted)).findFirst();
    }

    private static int cores() {
        return Math.max(1, Math.min(16, Runtime.getRuntime().availableProcessors()));
    }

    /**
     * What a value may be.
     *
     * @param expected completes "must be …"
     * @param parser empty when the text is no such value
     */
    private record Kind(String expected, java.util.function.Function<String, Optional<Object>> parser) {
        Optional<Object> parse(String text) {
            return parser.apply(text);
        }

        static Kind text() {
            return new Kind("text", Optional::of);
        }

        static Kind list() {
            return new Kind("a list, with commas between", text -> Optional.of(items(text)));
        }

        private static List<String> items(String text) {
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(item -> !item.isEmpty())
                    .toList();
        }

        static Kind flag() {
            return new Kind("true or false", text -> switch (text) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
            });
        }

        static Kind choice(String... choices) {
            List<String> all = List.of(choices);
            return new Kind("one of " + String.join(", ", all), text -> Optional.<Object>of(text)
                    .filter(all::contains));
        }

        static Kind integer(int min, int max) {
            return new Kind("a whole number from " + min + " to " + max, text -> {
                boolean negative = text.startsWith("-");
                String digits = negative ? text.substring(1) : text;
                if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    return Optional.empty();
                }
                int value = (negative ? -1 : 1) * Integer.parseInt(digits);
                return value < min || value > max ? Optional.empty() : Optional.of(value);
            });
        }

        static Kind size(long min, long max) {
            return new Kind(
                    "a size from " + Quantity.size(min) + " to " + Quantity.size(max) + " (KiB, MiB, GiB, TiB)",
                    text -> {
                        var bytes = Quantity.parseSize(text);
                        return bytes.isEmpty() || bytes.getAsLong() < min || bytes.getAsLong() > max
                                ? Optional.empty()
                                : Optional.of(bytes.getAsLong());
                    });
        }

        static Kind time(long minMillis, long maxMillis) {
            String range = Quantity.time(java.time.Duration.ofMillis(minMillis)) + " to "
                    + Quantity.time(java.time.Duration.ofMillis(maxMillis));
            return new Kind("a time from " + range + " (ms, s, m, h, d)", text -> {
                var millis = Quantity.parseTime(text);
                return millis.isEmpty() || millis.getAsLong() < minMillis || millis.getAsLong() > maxMillis
                        ? Optional.empty()
                        : Optional.of(java.time.Duration.ofMillis(millis.getAsLong()));
            });
        }

        static Kind ratio() {
            return new Kind("a number above 0 and below 1", text -> {
                if (text.length() > 12 || !text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
                    return Optional.empty();
                }
                try {
                    double value = Double.parseDouble(text);
                    return value > 0 && value < 1 ? Optional.of(value) : Optional.empty();
                } catch (NumberFormatException e) {
                    return Optional.empty();
                }
            });
        }
    }
}
