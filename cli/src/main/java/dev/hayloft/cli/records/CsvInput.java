package dev.hayloft.cli.records;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.client.ProducerRecord;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of RFC 4180 in UTF-8 below a row of names, as records. Lines may end with LF alone; a byte order mark before the
 * first name is passed over, and so are empty lines. <i>Threads:</i> one.
 */
final class CsvInput {
    private static final int FIELD_LENGTH_MAX = 8 << 20;
    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int NONE = -2;
    private static final int END = -1;

    private final String name;
    private final Reader reader;
    private final CsvColumns columns;
    private int ahead = NONE;
    private long line = 1;

    CsvInput(String name, InputStream source, CsvColumns columns) {
        this.name = name;
        this.columns = columns;
        this.reader = new BufferedReader(
                new InputStreamReader(
                        source,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                64 << 10);
    }

    void read(RecordSink sink) throws IOException {
        if (peek() == BYTE_ORDER_MARK) {
            next();
        }
        List<String> names = row();
        if (names.isEmpty()) {
            return;
        }
        int key = column(names, columns.key());
        int value = columns.value().isPresent() ? column(names, columns.value().get()) : NONE;
        while (peek() != END) {
            long begin = line;
            List<String> fields = row();
            if (fields.size() == 1 && fields.get(0).isEmpty()) {
                continue;
            }
            if (fields.size() != names.size()) {
                throw at(begin, "the row has " + fields.size() + " fields, the first row has " + names.size());
            }
            ProducerRecord record = value >= 0
                    ? put(fields.get(key), fields.get(value), "text/plain; charset=utf-8")
                    : put(fields.get(key), object(names, fields), "application/json");
            give(record, begin, sink);
        }
    }

    private int column(List<String> names, String column) {
        int at = names.indexOf(column);
        if (at < 0) {
            throw at(1, "there is no column \"" + column + "\", but " + String.join(", ", names));
        }
        return at;
    }

    private void give(ProducerRecord record, long begin, RecordSink sink) {
        try {
            sink.record(record, begin);
        } catch (IllegalArgumentException e) {
            throw at(begin, String.valueOf(e.getMessage()));
        }
    }

    private static ProducerRecord put(String key, String value, String contentType) {
        return ProducerRecord.put(key, value.getBytes(StandardCharsets.UTF_8)).withContentType(contentType);
    }

    private static String object(List<String> names, List<String> fields) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            members.put(names.get(i), JsonValue.of(fields.get(i)));
        }
        return new JsonObject(members).toString();
    }

    /** The fields of a row, whose end is passed; none at the end of the file. */
    private List<String> row() throws IOException {
        List<String> fields = new ArrayList<>();
        if (peek() == END) {
            return fields;
        }
        while (true) {
            fields.add(peek() == '"' ? quoted() : plain());
            int c = next();
            if (c == '\r' && peek() == '\n') {
                c = next();
            }
            if (c == '\n' || c == END) {
                line++;
                return fields;
            }
            if (c != columns.delimiter()) {
                throw at(line, "something follows the quotes of a field");
            }
        }
    }

    private String plain() throws IOException {
        StringBuilder field = new StringBuilder();
        for (int c = peek(); c != END && c != '\n' && c != columns.delimiter(); c = peek()) {
            add(field, next());
        }
        int last = field.length() - 1;
        if (last >= 0 && field.charAt(last) == '\r') {
            field.setLength(last);
        }
        return field.toString();
    }

    private String quoted() throws IOException {
        StringBuilder field = new StringBuilder();
        long begin = line;
        next();
        while (true) {
            int c = next();
            if (c == END) {
                throw at(begin, "the quotes of a field do not end");
            }
            if (c == '"') {
                if (peek() != '"') {
                    return field.toString();
                }
                next();
            }
            line += c == '\n' ? 1 : 0;
            add(field, c);
        }
    }

    private void add(StringBuilder field, int c) {
        if (field.length() == FIELD_LENGTH_MAX) {
            throw at(line, "a field has more than 8 MiB");
        }
        field.append((char) c);
    }

    private int peek() throws IOException {
        if (ahead == NONE) {
            try {
                ahead = reader.read();
            } catch (CharacterCodingException e) {
                throw new CommandFailure(name + ", about line " + line + ": what stands there is no UTF-8", e);
            }
        }
        return ahead;
    }

    private int next() throws IOException {
        int c = peek();
        ahead = NONE;
        return c;
    }

    private CommandFailure at(long where, String what) {
        return new CommandFailure(name + ", line " + where + ": " + what);
    }
}
