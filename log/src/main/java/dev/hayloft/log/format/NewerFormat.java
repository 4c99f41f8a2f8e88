package dev.hayloft.log.format;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;

/** The third answer of a reader, beside intact and corrupt: newer than me. */
public final class NewerFormat {
    private NewerFormat() {}

    /** The refusal, for the caller to add the file and to throw. Never treated as damage. */
    public static StoreClosedException refusal(String what, int value) {
        return new StoreClosedException(
                        ErrorCode.UNAVAILABLE, "This was written by a newer Hayloft; this one cannot read it.")
                .with(what, value);
    }
}
