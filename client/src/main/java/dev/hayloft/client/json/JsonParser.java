package dev.hayloft.client.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A recursive-descent reader of RFC 8259, strict: no comments, no trailing commas, no member twice. One use each. */
final class JsonParser {
    private static final int DEPTH_MAX = 64;

    private final String text;
    private int position;
    private int depth;

    JsonParser(String text) {
        this.text = text;
    }

    JsonValue parse() {
        JsonValue value = value();
        skipSpace();
        if (position < text.length()) {
            throw bad("something follows the value");
        }
        return value;
    }

    private JsonValue value() {
        skipSpace();
        if (position == text.length()) {
            throw bad("the text ends where a value should be");
        }
        char c = text.charAt(position);
        return switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new JsonValue.Text(string());
            case 't' -> word("true", JsonValue.of(true));
            case 'f' -> word("false", JsonValue.of(false));
            case 'n' -> word("null", JsonNull.NULL);
            default -> number();
        };
    }

    private JsonObject object() {
        enter();
        Map<String, JsonValue> members = new LinkedHashMap<>();
        if (!takeAfterSpace('}')) {
            do {
                skipSpace();
                String name = string();
                skipSpace();
                expect(':');
                if (members.put(name, value()) != null) {
                    throw bad("the member \"" + name + "\" comes twice");
                }
            } while (takeAfterSpace(','));
            expect('}');
        }
        depth--;
        return new JsonObject(members);
    }

    private JsonArray array() {
        enter();
        List<JsonValue> values = new ArrayList<>();
        if (!takeAfterSpace(']')) {
            do {
                values.add(value());
            } while (takeAfterSpace(','));
            expect(']');
        }
        depth--;
        return new JsonArray(values);
    }

    private void enter() {
        position++;
        if (++depth > DEPTH_MAX) {
            throw bad("values nest deeper than " + DEPTH_MAX);
        }
    }

    private String string() {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return value.toString();
            }
            if (c < ' ') {
                throw bad("a control character stands in a string");
            }
            value.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw bad("an unknown escape stands in a string");
        };
    }

    private char unicode() {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = next();
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw bad("four hex digits belong after \\u");
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private JsonValue number() {
        int from = position;
        take('-');
        if (!take('0')) {
            digits();
        }
        if (take('.')) {
            digits();
        }
        if (take('e') || take('E')) {
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        return new JsonValue.Numeral(text.substring(from, position));
    }

    private void digits() {
        int from = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == from) {
            throw bad("a value should stand here");
        }
    }

    private JsonValue word(String word, JsonValue value) {
        if (!text.startsWith(word, position)) {
            throw bad("a value should stand here");
        }
        position += word.length();
        return value;
    }

    private boolean takeAfterSpace(char c) {
        skipSpace();
        return take(c);
    }

    private boolean take(char c) {
        if (position < text.length() && text.charAt(position) == c) {
            position++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw bad("'" + c + "' should stand here");
        }
    }

    private char next() {
        if (position == text.length()) {
            throw bad("the text ends inside a string");
        }
        return text.charAt(position++);
    }

    private void skipSpace() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private JsonException bad(String what) {
        return new JsonException("not JSON: " + what + ", at character " + position);
    }
}
