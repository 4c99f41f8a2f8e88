package dev.hayloft.client;

import dev.hayloft.client.Wire.Call;
import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Pages of changes from lines. Pure functions over the wire. */
final class ChangeReader {
    private ChangeReader() {}

    static ChangePage read(Wire wire, Call call) {
        try (HttpAnswer answer = wire.send(call)) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            List<Change> changes = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject object = JsonValue.parse(line).asObject();
                if (object.find("end").isPresent()) {
                    return new ChangePage(changes, object.text("cursor"));
                }
                changes.add(new Change(object));
            }
            throw HayloftClientException.local(
                    HayloftClientException.CUT_BODY, "the changes were cut off: their last line did not come");
        } catch (JsonException e) {
            throw wire.notHayloft(call, e);
        } catch (IOException e) {
            throw Wire.cut(e);
        }
    }
}
