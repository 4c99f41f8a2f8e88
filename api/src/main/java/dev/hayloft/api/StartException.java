package dev.hayloft.api;

import dev.hayloft.api.config.SettingException;
import dev.hayloft.api.config.Settings;
import dev.hayloft.model.error.HayloftException;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;

/** The server could not start. The message is one sentence for whoever tried. */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private StartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** A failure as one sentence. */
    static StartException of(Throwable failure, Settings settings) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartException known) {
                return known;
            }
            if (cause instanceof SettingException || cause instanceof HayloftException) {
                return new StartException(String.valueOf(cause.getMessage()), failure);
            }
            if (cause instanceof BindException) {
                return new StartException(bindSentence(failure, cause), failure);
            }
            if (cause instanceof UnknownHostException) {
                return new StartException("The address " + cause.getMessage() + " to listen on is not known.", failure);
            }
        }
        Throwable io = failure.getCause() instanceof IOException cause ? cause : failure;
        if (io instanceof IOException) {
            return new StartException(
                    "The data folder " + settings.data() + " cannot be used: " + io.getMessage() + ".", failure);
        }
        if (failure instanceof IllegalArgumentException) {
            return new StartException("A setting is out of range: " + failure.getMessage() + ".", failure);
        }
        return new StartException("The server cannot start: " + failure + ".", failure);
    }

    private static String bindSentence(Throwable failure, Throwable cause) {
        String where = failure.getMessage() == null ? "" : " (" + failure.getMessage() + ")";
        return "A port cannot be listened on: " + cause.getMessage() + where
                + "; choose others with --port and --admin-port.";
    }
}
