package dev.hayloft.client;

/**
 * An object at its new place.
 *
 * @param key its name there
 * @param version its number there
 * @param replaced whether it took the place of another
 */
public record Placed(String key, String version, boolean replaced) {}
