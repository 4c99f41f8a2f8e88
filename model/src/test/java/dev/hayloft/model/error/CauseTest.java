package dev.hayloft.model.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CauseTest {
    @Test
    void exceptions_madeWithACause_keepIt() {
        IOException cause = new IOException("no");
        assertThat(new CorruptionException("damaged", cause)).hasCause(cause);
        assertThat(new StoreClosedException(ErrorCode.READ_ONLY, "closed", cause))
                .hasCause(cause);
        assertThat(new StoreClosedException(ErrorCode.READ_ONLY, "closed")).hasNoCause();
    }
}
