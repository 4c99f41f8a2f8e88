package dev.hayloft.api.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Gathers settings: the file first, then the environment, then the command line; the later one wins. */
public final class SettingsReader {
    /** Variables of the client and of the launcher: never settings. */
    static final Set<String> NOT_SETTINGS = Set.of(
            "HAYLOFT_SERVER",
            "HAYLOFT_ADMIN",
            "HAYLOFT_ACCESS_KEY",
            "HAYLOFT_SECRET_KEY",
            "HAYLOFT_BUILD",
            "HAYLOFT_JAVA",
            "HAYLOFT_JAVA_OPTS");

    private final Map<Setting, String> named = new EnumMap<>(Setting.class);

    /**
     * Reads a YAML file of nested or dotted names.
     *
     * @throws SettingException when it cannot be read, is no YAML, or names what is no setting
     */
    public SettingsReader file(Path path) {
        try {
            JsonNode root = new YAMLMapper().readTree(Files.readString(path));
            if (!root.isMissingNode() && !root.isNull()) {
                walk(path, "", root);
            }
            return this;
        } catch (JacksonException e) {
            throw new SettingException("The file " + path + " is no YAML: " + firstLine(e.getOriginalMessage()) + ".");
        } catch (IOException e) {
            throw new SettingException("The file " + path + " cannot be read: " + e.getMessage() + ".");
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private void walk(Path path, String name, JsonNode node) {
        if (node.isObject()) {
            node.properties().forEach(child -> {
                String dotted = name.isEmpty() ? child.getKey() : name + "." + child.getKey();
                walk(path, dotted, child.getValue());
            });
            return;
        }
        if (node.isNull() && isGroup(name)) {
            return; // A group whose keys are all commented out.
        }
        Setting setting = Setting.find(name)
                .orElseThrow(() -> new SettingException(
                        "The file " + path + " names \"" + name + "\", which is no setting" + suggestion(name) + "."));
        if (!node.isNull()) {
            named.put(setting, text(setting, node));
        }
    }

    private static boolean isGroup(String name) {
        for (Setting setting : Setting.values()) {
            if (setting.dotted().startsWith(name + ".")) {
                return true;
            }
        }
        return false;
    }

    private static String text(Setting setting, JsonNode node) {
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(item.asText()));
            return String.join(",", items);
        }
        if (!node.isValueNode()) {
            throw new SettingException("Setting " + setting.dotted() + " must be one value.");
        }
        return node.asText();
    }

    /** Reads variables that begin with {@code HAYLOFT_}; tells of those that are no setting. */
    public SettingsReader environment(Map<String, String> environment, Consumer<String> warn) {
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith("HAYLOFT_") || NOT_SETTINGS.contains(name)) {
                continue;
            }
            Optional<Setting> setting = findByEnvironmentName(name);
            if (setting.isPresent()) {
                named.put(setting.get(), variable.getValue());
            } else {
                warn.accept("The environment variable " + name + " is no setting and is ignored.");
            }
        }
        return this;
    }

    private static Optional<Setting> findByEnvironmentName(String name) {
        for (Setting setting : Setting.values()) {
            if (setting.environmentName().equals(name)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }

    /**
     * Takes {@code KEY=VALUE} of the command line.
     *
     * @throws SettingException when there is no {@code =} or no such setting
     */
    public SettingsReader assignment(String keyAndValue) {
        int equals = keyAndValue.indexOf('=');
        if (equals < 1) {
            throw new SettingException("--set takes KEY=VALUE; it was given \"" + keyAndValue + "\".");
        }
        String name = keyAndValue.substring(0, equals);
        Setting setting = Setting.find(name)
                .orElseThrow(() -> new SettingException("\"" + name + "\" is no setting" + suggestion(name) + "."));
        return set(setting, keyAndValue.substring(equals + 1));
    }

    /** Names a value. */
    public SettingsReader set(Setting setting, String value) {
        named.put(setting, value);
        return this;
    }

    /**
     * The settings.
     *
     * @throws SettingException when one is out of range
     */
    public Settings read() {
        return Settings.of(named);
    }

    private static String suggestion(String name) {
        for (Setting setting : Setting.values()) {
            String last = setting.dotted().substring(setting.dotted().indexOf('.') + 1);
            if (setting.dotted().equalsIgnoreCase(name) || last.equalsIgnoreCase(name)) {
                return "; perhaps " + setting.dotted() + " is meant";
            }
        }
        return "";
    }
}
