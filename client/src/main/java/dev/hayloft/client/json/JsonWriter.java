package dev.hayloft.client.json;

import java.util.Map;

/** Values as compact text, RFC 8259; characters above ASCII stay as they are, a lone surrogate is escaped. */
final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private JsonWriter() {}

    static String text(JsonValue value) {
        StringBuilder target = new StringBuilder();
        write(value, target);
        return target.toString();
    }

    private static void write(JsonValue value, StringBuilder target) {
        if (value instanceof JsonObject object) {
            char separator = '{';
            for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
                target.append(separator);
                quote(member.getKey(), target);
                target.append(':');
                write(member.getValue(), target);
                separator = ',';
            }
            target.append(object.members().isEmpty() ? "{}" : "}");
        } else if (value instanceof JsonArray array) {
            char separator = '[';
            for (JsonValue element : array) {
                target.append(separator);
                write(element, target);
                separator = ',';
            }
            target.append(array.values().isEmpty() ? "[]" : "]");
        } else if (value instanceof JsonValue.Text text) {
            quote(text.value(), target);
        } else {
            target.append(value);
        }
    }

    private static void quote(String text, StringBuilder target) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> target.append('\\').append(c);
                case '\n' -> target.append("\\n");
                case '\r' -> target.append("\\r");
                case '\t' -> target.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f || isLoneSurrogate(text, i)) {
                        escape(c, target);
                    } else {
                        target.append(c);
                    }
                }
            }
        }
        target.append('"');
    }

    private static boolean isLoneSurrogate(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    private static void escape(char c, StringBuilder target) {
        target.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            target.append(HEX.charAt(c >>> shift & 15));
        }
    }
}
