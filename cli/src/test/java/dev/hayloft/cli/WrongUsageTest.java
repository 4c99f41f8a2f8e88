package dev.hayloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WrongUsageTest {
    private static String said(String... arguments) {
        CommandRun run = CommandRun.with(Map.of(), Path.of(""), "", arguments);
        assertThat(run.code()).as("exit code; it said %s", run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        return run.err();
    }

    @Test
    void verb_thatIsNone_namesTheNearest_orNoneWhereNoneIsNear() {
        assertThat(said("stauts")).contains("there is no verb \"stauts\"; did you mean status?");
        assertThat(said("lss", "photos")).contains("did you mean ls?");
        assertThat(said("bogus")).contains("there is no verb \"bogus\"").doesNotContain("did you mean");
    }

    @Test
    void verbWithinAVerb_thatIsNoneOrMissing_namesThoseThereAre() {
        assertThat(said("bucket", "creat")).contains("did you mean create?");
        assertThat(said("bucket", "bogus")).contains("there are create, ls, show, set, rm");
        assertThat(said("bucket")).contains("bucket does nothing by itself; there are create, ls");
    }

    @Test
    void word_thatIsMissing_isNamed() {
        assertThat(said("put")).contains("hayloft put needs FILE... BUCKET[/KEY]\n");
        assertThat(said("stat")).contains("BUCKET/KEY");
    }
}
