/**
 * The views that find keys: point index on Chronicle Map, ordered directory on RocksDB, hint files. Never parses a
 * needle.
 */
@NullMarked
package dev.hayloft.index;

import org.jspecify.annotations.NullMarked;
