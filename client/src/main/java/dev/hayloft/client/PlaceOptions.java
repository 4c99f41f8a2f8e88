package dev.hayloft.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How an object is renamed or copied.
 *
 * @param overwrite whether to replace what stands at the target
 * @param version of a copy: which version; empty for the newest
 * @param ifVersion the number that the source's newest version must have
 */
public record PlaceOptions(boolean overwrite, Optional<String> version, Optional<String> ifVersion) {
    /** Whatever stands there, the newest version. */
    public static PlaceOptions replacing() {
        return new PlaceOptions(true, Optional.empty(), Optional.empty());
    }

    /** The same unless something stands there. */
    public PlaceOptions withoutOverwriting() {
        return new PlaceOptions(false, version, ifVersion);
    }

    /** The same of one version. */
    public PlaceOptions ofVersion(String number) {
        return new PlaceOptions(overwrite, Optional.of(number), ifVersion);
    }

    /** The same as long as the newest version is this one. */
    public PlaceOptions whileVersion(String number) {
        return new PlaceOptions(overwrite, version, Optional.of(number));
    }

    Map<String, String> parameters(String op, String to) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("op", op);
        parameters.put("to", to);
        if (!overwrite) {
            parameters.put("overwrite", "false");
        }
        version.ifPresent(number -> parameters.put("version", number));
        return parameters;
    }

    Map<String, String> headers() {
        return ifVersion.map(number -> Map.of("X-Hayloft-If-Version", number)).orElse(Map.of());
    }
}
