package dev.hayloft.store.encryption;

/**
 * A bucket's data key as it may be written down.
 *
 * @param masterId which master key wraps it
 * @param wrapped nonce (12), the key under AES-256-GCM (32) and tag (16), in base64
 */
public record WrappedKey(String masterId, String wrapped) {}
