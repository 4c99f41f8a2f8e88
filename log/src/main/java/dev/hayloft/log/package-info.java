/**
 * The append-only log of one partition: volumes on Chronicle Queue, appended by one writer, forced by one flusher, read
 * under a lease. Knows needles, never which of them live.
 */
@NullMarked
package dev.hayloft.log;

import org.jspecify.annotations.NullMarked;
