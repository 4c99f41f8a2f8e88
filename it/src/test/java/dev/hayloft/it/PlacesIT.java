package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.cli.CommandRun;
import dev.hayloft.cli.place.Place;
import dev.hayloft.cli.place.PlaceContract;
import dev.hayloft.cli.place.Places;
import dev.hayloft.cli.session.GlobalOptions;
import dev.hayloft.cli.session.Session;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every place promises, held against buckets of the packaged server; elsewhere a fake server stands in for it. */
final class PlacesIT extends ServerCase {
    private Optional<Session> session = Optional.empty();

    /** The places with a bucket in them. */
    enum Kind {
        BUCKET,
        ELSEWHERE,
        MIRROR,
        CACHE
    }

    @AfterEach
    void closeSession() {
        session.ifPresent(Session::close);
    }

    private Map<String, String> variables() {
        return Map.of(
                "HAYLOFT_SERVER", server.api(),
                "HAYLOFT_ADMIN", server.admin(),
                "HAYLOFT_ACCESS_KEY", server.rootKey("access_key"),
                "HAYLOFT_SECRET_KEY", server.rootKey("secret_key"));
    }

    /** Opens a place in buckets of its own. */
    private Place open(Kind kind, String bucket) throws IOException {
        String elsewhere = server.api().replace("://", "://" + server.rootPair() + "@") + "/" + bucket;
        String text =
                switch (kind) {
                    case BUCKET -> bucket + "/below";
                    case ELSEWHERE -> elsewhere;
                    case MIRROR -> "mirror:" + bucket + "/one," + elsewhere + "/two";
                    case CACHE -> "cache:8,memory:," + bucket;
                };
        calls.makeBucket(bucket);
        session.ifPresent(Session::close);
        session = Optional.of(new Session(CommandRun.silent(variables(), folder), new GlobalOptions()));
        return new Places(session.get()).open(text, true);
    }

    private static String bucket(String promise, Kind kind) {
        return "places-" + promise + "-" + kind.name().toLowerCase(Locale.ROOT);
    }

    @Test
    void places_withABucket_keepEveryPromise() throws IOException {
        for (Kind kind : Kind.values()) {
            PlaceContract.storesReplacesDeletesAndLists(() -> open(kind, bucket("lists", kind)));
            PlaceContract.keepsWhatWasStored(() -> open(kind, bucket("keeps", kind)));
            PlaceContract.refusesContentThatIsCut(() -> open(kind, bucket("cut", kind)));
            PlaceContract.takesKeysAsTheyAre(() -> open(kind, bucket("keys", kind)), List.of());
            PlaceContract.takesLargeContent(() -> open(kind, bucket("large", kind)));
        }
    }

    @Test
    void bucket_syncedElsewhereAndBack_isEqual() throws IOException {
        calls.makeBucket("sync-from");
        calls.makeBucket("sync-to");
        for (String key : List.of("a", "b c", "ü/?", "deep/er/")) {
            calls.put(HttpCalls.object("sync-from", key), new byte[key.length()]);
        }
        String there = server.api().replace("://", "://" + server.rootPair() + "@") + "/sync-to/p";
        assertThat(run("sync", "sync-from", there)).contains("Copied 4 objects");
        assertThat(run("sync", "sync-from", there)).contains("4 equal already");
        calls.delete(HttpCalls.object("sync-from", "a"));
        calls.put(HttpCalls.object("sync-from", "b c"), new byte[] {1, 2, 3});
        assertThat(run("sync", there, "sync-from", "--dry-run"))
                .contains("would copy a")
                .contains("would copy b c");
        assertThat(run("sync", "sync-from", there, "--delete"))
                .contains("Copied 1 object")
                .contains("1 deleted");
        assertThat(run("sync", there, "sync-from", "--delete")).contains("3 equal already");
    }

    private String run(String... arguments) {
        CommandRun run = CommandRun.with(variables(), folder, "", arguments);
        assertThat(run.code()).as("exit code; it said %s", run.err()).isZero();
        return run.out();
    }
}
