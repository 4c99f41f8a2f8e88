package dev.hayloft.cli.records;

import java.util.Optional;

/**
 * What becomes of a row.
 *
 * @param key name of the column that is the key
 * @param value name of the column that is the value; empty: the value is a JSON object of all columns
 * @param delimiter between the fields
 */
public record CsvColumns(String key, Optional<String> value, char delimiter) {}
