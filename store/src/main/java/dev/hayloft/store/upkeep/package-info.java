/**
 * Work on sealed volumes that keeps them readable belongs here: giving them parity, checking every byte, mending what
 * is damaged and naming what is lost.
 */
@NullMarked
package dev.hayloft.store.upkeep;

import org.jspecify.annotations.NullMarked;
