package dev.hayloft.store;

import java.util.OptionalLong;

/**
 * What an append says beside the bytes.
 *
 * @param put key, condition and durability; attributes and life are those of an object that the append creates, and a
 *     life that is given here is the object's from now on
 * @param offset size that the object must have, 0 for an absent one; empty: any
 */
public record AppendRequest(PutRequest put, OptionalLong offset) {
    /** Whatever the object's size. */
    public static AppendRequest of(PutRequest put) {
        return new AppendRequest(put, OptionalLong.empty());
    }
}
