/**
 * Records as files have them: taken apart, one at a time, for {@code ingest}. What a record means is the server's to
 * judge; here stands only where it begins and ends.
 */
@NullMarked
package dev.hayloft.cli.records;

import org.jspecify.annotations.NullMarked;
