package dev.hayloft.store;

/**
 * What a delete did.
 *
 * @param existed whether there was an object
 */
public record DeleteResult(boolean existed) {}
