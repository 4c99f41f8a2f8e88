package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.LastUpkeep;
import dev.hayloft.store.Job;
import java.io.IOException;
import java.util.Optional;

/** What {@code /api/status} says of the last scrub and repair. */
final class UpkeepJson {
    private UpkeepJson() {}

    /** Writes {@code lastScrub} and {@code lastRepair}: objects, or null where none is known. */
    static void write(JsonGenerator json, LastUpkeep last) throws IOException {
        if (begin(json, "lastScrub", last.scrub())) {
            json.writeNumberField("checkedBytes", LastUpkeep.figure(last.scrub(), "checkedBytes"));
            json.writeNumberField("damages", LastUpkeep.figure(last.scrub(), "damaged"));
            json.writeNumberField("lostKeys", LastUpkeep.figure(last.scrub(), "lost"));
            json.writeNumberField("missingKeys", LastUpkeep.figure(last.scrub(), "indexMissing"));
            json.writeEndObject();
        }
        if (begin(json, "lastRepair", last.repair())) {
            json.writeNumberField("repairedShards", LastUpkeep.figure(last.repair(), "repaired"));
            json.writeNumberField("lostKeys", LastUpkeep.figure(last.repair(), "lost"));
            json.writeEndObject();
        }
    }

    private static boolean begin(JsonGenerator json, String name, Optional<Job> job) throws IOException {
        if (job.isEmpty()) {
            json.writeNullField(name);
            return false;
        }
        json.writeObjectFieldStart(name);
        json.writeStringField("job", job.get().id());
        json.writeStringField("endedAt", Json.time(LastUpkeep.endedAt(job.get())));
        return true;
    }
}
