package dev.hayloft.store.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.store.Job;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ResultSizeTest {
    @Test
    void cut_ofWhatFits_isTheSame() {
        SortedMap<String, Object> result = Job.result(Map.of("lost", List.of("a", "b"), "checkedBytes", 7L));
        assertThat(ResultSize.cut(result)).isSameAs(result);
    }

    @Test
    void cut_ofLongLists_fitsAndSaysSo() {
        List<Map<String, Object>> keys =
                Collections.nCopies(5000, Map.of("bucket", "hay", "key", "\u00e4".repeat(500), "version", "1"));
        SortedMap<String, Object> result =
                Job.result(Map.of("lost", keys, "damaged", Collections.nCopies(5, Map.of("keys", keys)), "ok", 7L));
        SortedMap<String, Object> cut = ResultSize.cut(result);
        assertThat(JsonText.write(cut).length()).isLessThanOrEqualTo(ResultSize.BYTES_MAX);
        assertThat(cut).containsEntry("truncated", true).containsEntry("ok", 7L);
        assertThat((List<?>) cut.get("lost")).isNotEmpty();
        assertThat(JsonText.read(JsonText.write(cut))).isEqualTo(cut);
    }

    @Test
    void cut_ofOneTextThatIsTooLong_saysNothingElse() {
        SortedMap<String, Object> result = Job.result(Map.of("text", "x".repeat(ResultSize.BYTES_MAX + 1)));
        assertThat(ResultSize.cut(result)).isEqualTo(Map.of("truncated", true));
    }
}
