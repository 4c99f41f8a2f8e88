package dev.hayloft.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets every test that awaits something wait a minute for it, unless it says otherwise. Nothing here is a measurement,
 * and on a machine that others use a disk may stand still for longer than Awaitility's own ten seconds. It stands in
 * {@code META-INF/services} beside {@link CleanExit}.
 */
public final class Patience implements BeforeAllCallback {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONG);
    }
}
