package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.ObjectAddress;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands behind the colon of a place as typed: a path, and behind a question mark its options.
 *
 * @param path up to the question mark
 * @param options by name
 */
record PlaceText(String path, Map<String, String> options) {
    PlaceText {
        options = Map.copyOf(options);
    }

    /**
     * Takes a text apart.
     *
     * @param known the names that options may have
     * @throws CommandFailure for another option, or one without a value
     */
    static PlaceText of(String text, String... known) {
        int mark = text.indexOf('?');
        if (mark < 0) {
            return new PlaceText(text, Map.of());
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String pair : text.substring(mark + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (equals < 0 || !List.of(known).contains(name)) {
                throw new CommandFailure("\"" + pair + "\" is not understood; behind the question mark stand "
                        + String.join("=…&", known) + "=…");
            }
            options.put(name, pair.substring(equals + 1));
        }
        return new PlaceText(text.substring(0, mark), options);
    }

    /** Parts with a comma between; {@code \\,} is a comma in one of them. The last of {@code most} has all the rest. */
    static List<String> parts(String text, int most) {
        List<String> parts = new ArrayList<>();
        String[] pieces = text.split("(?<!\\\\),", most);
        for (String piece : pieces) {
            parts.add(parts.size() == most - 1 ? piece : piece.replace("\\,", ","));
        }
        return parts;
    }

    /** Closes all of them, also when one fails. */
    static void closeAll(List<? extends Closeable> places) throws IOException {
        if (!places.isEmpty()) {
            try (Closeable first = places.get(0)) {
                closeAll(places.subList(1, places.size()));
            }
        }
    }

    /** The value of an option that is given and not empty. */
    Optional<String> find(String name) {
        return Optional.ofNullable(options.get(name)).filter(value -> !value.isEmpty());
    }

    /** The path as a bucket and a prefix. */
    ObjectAddress address() {
        try {
            return ObjectAddress.parse(path);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("\"" + path + "\" names no bucket. " + Places.FORMS, e);
        }
    }
}
