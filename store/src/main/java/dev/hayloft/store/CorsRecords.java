package dev.hayloft.store;

import dev.hayloft.model.CorsRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A bucket's rules for other origins as fields of its record, and back: {@code cors.N.…}, lists with spaces between.
 */
final class CorsRecords {
    private CorsRecords() {}

    static void encode(List<CorsRule> rules, Map<String, String> fields) {
        for (int i = 0; i < rules.size(); i++) {
            CorsRule rule = rules.get(i);
            String name = name(i);
            fields.put(name + "origins", String.join(" ", rule.origins()));
            fields.put(name + "methods", String.join(" ", rule.methods()));
            fields.put(name + "headers", String.join(" ", rule.headers()));
            fields.put(name + "expose", String.join(" ", rule.exposed()));
            fields.put(name + "credentials", Boolean.toString(rule.credentials()));
            rule.maxAgeSeconds().ifPresent(seconds -> fields.put(name + "maxAgeSeconds", seconds.toString()));
        }
    }

    static List<CorsRule> decode(Properties fields) {
        List<CorsRule> rules = new ArrayList<>();
        for (int i = 0; fields.containsKey(name(i) + "origins"); i++) {
            String name = name(i);
            rules.add(new CorsRule(
                    words(fields, name + "origins"),
                    words(fields, name + "methods"),
                    words(fields, name + "headers"),
                    words(fields, name + "expose"),
                    Boolean.parseBoolean(fields.getProperty(name + "credentials")),
                    Optional.ofNullable(fields.getProperty(name + "maxAgeSeconds"))
                            .map(Integer::valueOf)));
        }
        return rules;
    }

    private static String name(int rule) {
        return "cors." + rule + ".";
    }

    private static List<String> words(Properties fields, String name) {
        String text = fields.getProperty(name, "");
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }
}
