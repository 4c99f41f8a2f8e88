/**
 * What a partition keeps of its sealed volumes beside their own files belongs here: where shards stand, and the way
 * back to damaged bytes. When something is encoded, checked or repaired is the upkeep's.
 */
@NullMarked
package dev.hayloft.store.parity;

import org.jspecify.annotations.NullMarked;
