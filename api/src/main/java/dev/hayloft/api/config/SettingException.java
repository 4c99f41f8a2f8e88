package dev.hayloft.api.config;

/** A setting that stops the start. The message is one sentence that names the setting and says what would be right. */
public final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SettingException(String sentence) {
        super(sentence, null, false, false);
    }
}
