package dev.hayloft.client;

import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A listing that comes as lines. It has ended well only when {@link #next} answers empty; a cut stream throws
 * {@code cut-body}.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class ListStream implements Closeable {
    private final HttpAnswer answer;
    private final BufferedReader lines;
    private boolean ended;

    ListStream(HttpAnswer answer) {
        this.answer = answer;
        this.lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8), 64 << 10);
    }

    /** The next entry; empty at the end. */
    public Optional<ListEntry> next() {
        if (ended) {
            return Optional.empty();
        }
        try {
            String line = lines.readLine();
            if (line == null) {
                throw HayloftClientException.local(
                        HayloftClientException.CUT_BODY, "the listing was cut off: its last line did not come");
            }
            JsonObject object = JsonValue.parse(line).asObject();
            ended = object.find("end").isPresent();
            if (ended) {
                return Optional.empty();
            }
            Optional<ListEntry> prefix = object.find("prefix").map(name -> new ListEntry.PrefixEntry(name.asText()));
            return prefix.or(() -> Optional.of(new ListEntry.ObjectEntry(object)));
        } catch (IOException e) {
            throw Wire.cut(e);
        } catch (JsonException e) {
            throw HayloftClientException.local(
                    HayloftClientException.BAD_ANSWER, "a line of the listing is malformed", e);
        }
    }

    @Override
    public void close() {
        if (ended) {
            answer.close();
        } else {
            answer.abort();
        }
    }
}
