/**
 * Background work on sealed volumes belongs here: liveness, rewriting, parity schedule, scrub. It writes through an
 * interface that the store implements.
 */
@NullMarked
package dev.hayloft.compactor;

import org.jspecify.annotations.NullMarked;
