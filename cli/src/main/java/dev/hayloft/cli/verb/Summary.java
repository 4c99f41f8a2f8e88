package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;

/** The last word on many objects. */
final class Summary {
    private Summary() {}

    /** Prints it and answers the exit code: 1 when anything failed. */
    static int print(Session session, String done, long objects, long bytes, long failed, double seconds) {
        if (session.json()) {
            session.print(JsonObject.of("objects", JsonValue.of(objects))
                    .with("bytes", JsonValue.of(bytes))
                    .with("failed", JsonValue.of(failed))
                    .with("seconds", JsonValue.of(seconds)));
        }
        double time = Math.max(seconds, 0.001);
        session.say(done + " " + Figures.objects(objects) + ", " + Figures.bytes(bytes) + " in "
                + Figures.seconds(seconds) + " (" + Figures.count(Math.round(objects / time)) + " a second, "
                + Figures.rate(bytes, seconds) + ")"
                + (failed == 0 ? "." : "; " + Figures.count(failed) + " failed."));
        return failed == 0 ? 0 : 1;
    }
}
