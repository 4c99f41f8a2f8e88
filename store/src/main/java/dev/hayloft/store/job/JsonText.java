package dev.hayloft.store.job;

import dev.hayloft.model.error.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Results of jobs as JSON text, and back: texts, whole numbers, true, false, lists, and maps by name. Reads what it
 * wrote and nothing else. Pure functions.
 */
final class JsonText {
    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    static String write(Map<String, ?> map) {
        StringBuilder out = new StringBuilder();
        write(out, map);
        return out.toString();
    }

    private static void write(StringBuilder out, Object value) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                quote(out, String.valueOf(entry.getKey()));
                write(out.append(':'), entry.getValue());
                separator = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object item : list) {
                write(out.append(separator), item);
                separator = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            quote(out, String.valueOf(value));
        }
    }

    private static void quote(StringBuilder out, String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (isPlain(c)) {
                out.append(c);
            } else {
                out.append("\\u").append(String.format("%04x", (int) c));
            }
        }
        out.append('"');
    }

    /** Whether a character of a text stands for itself; six stand for any other. */
    static boolean isPlain(char c) {
        return c != '"' && c != '\\' && c >= ' ' && c <= '~';
    }

    /**
     * A map that was written.
     *
     * @throws dev.hayloft.model.error.CorruptionException when it is no such text
     */
    static SortedMap<String, Object> read(String text) {
        JsonText reader = new JsonText(text);
        Check.intact(reader.peek() == '{', "a job's result is damaged");
        SortedMap<String, Object> map = reader.map();
        Check.intact(reader.at == text.length(), "a job's result is damaged");
        return map;
    }

    private char peek() {
        Check.intact(at < text.length(), "a job's result is damaged");
        return text.charAt(at);
    }

    private void expect(char c) {
        Check.intact(peek() == c, "a job's result is damaged");
        at++;
    }

    private Object value() {
        return switch (peek()) {
            case '{' -> map();
            case '[' -> list();
            case '"' -> string();
            default -> word();
        };
    }

    private SortedMap<String, Object> map() {
        SortedMap<String, Object> map = new TreeMap<>();
        expect('{');
        while (peek() != '}') {
            String name = string();
            expect(':');
            map.put(name, value());
            if (peek() != '}') {
                expect(',');
            }
        }
        at++;
        return map;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        expect('[');
        while (peek() != ']') {
            list.add(value());
            if (peek() != ']') {
                expect(',');
            }
        }
        at++;
        return list;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        expect('"');
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c == '\\') {
                expect('u');
                Check.intact(at + 4 <= text.length(), "a job's result is damaged");
                out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                at += 4;
            } else {
                out.append(c);
            }
        }
        at++;
        return out.toString();
    }

    private Object word() {
        int from = at;
        while (at < text.length() && "-.0123456789aeflrstuE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String word = text.substring(from, at);
        if (word.equals("true") || word.equals("false")) {
            return Boolean.parseBoolean(word);
        }
        try {
            if (word.contains(".") || word.contains("E")) {
                return Double.parseDouble(word);
            }
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new dev.hayloft.model.error.CorruptionException("a job's result is damaged", e);
        }
    }
}
