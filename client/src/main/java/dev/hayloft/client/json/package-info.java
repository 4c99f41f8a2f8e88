/**
 * JSON (RFC 8259) as values: a reader and a writer small enough to load in a few milliseconds. No binding to classes.
 */
@NullMarked
package dev.hayloft.client.json;

import org.jspecify.annotations.NullMarked;
