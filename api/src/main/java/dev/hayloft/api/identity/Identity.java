package dev.hayloft.api.identity;

/**
 * Who asks.
 *
 * @param accessKey the key used; empty while identity is switched off
 * @param operator whether everything is allowed
 */
public record Identity(String accessKey, boolean operator) {
    /** Everybody, while identity is switched off. */
    public static final Identity EVERYBODY = new Identity("", true);
}
