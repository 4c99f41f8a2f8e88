package dev.hayloft.store;

import dev.hayloft.model.ObjectKey;

/**
 * What a rename made.
 *
 * @param key the object's name now
 * @param version the number it has there
 * @param replaced whether it took the place of another
 */
public record RenameResult(ObjectKey key, long version, boolean replaced) {}
