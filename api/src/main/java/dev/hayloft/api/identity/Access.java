package dev.hayloft.api.identity;

import java.util.Locale;
import java.util.Optional;

/** What a grant allows on a bucket. */
public enum Access {
    /** Objects, listings, the change feed and the bucket's figures. */
    READ,
    /** Storing, changing and deleting objects. */
    WRITE,
    /** Making, setting and deleting the bucket; includes the others. On {@code *}: an operator. */
    ADMIN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The contract's word, for example {@code read}. */
    public String wireName() {
        return wireName;
    }

    /** The access of that word. */
    public static Optional<Access> find(String wireName) {
        for (Access access : values()) {
            if (access.wireName.equals(wireName)) {
                return Optional.of(access);
            }
        }
        return Optional.empty();
    }
}
