package dev.hayloft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class SeedsTest {
    private String before = "";

    @BeforeEach
    void remember() {
        before = System.getProperty(Seeds.PROPERTY, "");
    }

    @AfterEach
    void restore() {
        System.setProperty(Seeds.PROPERTY, before);
    }

    @Test
    void random_withGivenSeed_repeats() {
        System.setProperty(Seeds.PROPERTY, "-42");
        assertThat(Seeds.pick("test")).isEqualTo(-42);
        assertThat(Seeds.random("test").nextLong())
                .isEqualTo(Seeds.random("test").nextLong());
    }

    @Test
    void pick_withoutSeed_isFreshEachTime() {
        System.setProperty(Seeds.PROPERTY, "");
        assertThat(Seeds.pick("test")).isNotEqualTo(Seeds.pick("test"));
    }

    @Test
    void pick_withoutNumber_namesTheProperty() {
        System.setProperty(Seeds.PROPERTY, "twelve");
        assertThatThrownBy(() -> Seeds.pick("test"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hayloft.seed")
                .hasMessageContaining("twelve");
    }
}
