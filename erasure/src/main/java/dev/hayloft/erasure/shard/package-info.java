/**
 * Shard files belong here: how a volume is cut, what stands in a file, and how one is written, read, checked and made
 * again. Which volumes get one, and when, is decided elsewhere.
 */
@NullMarked
package dev.hayloft.erasure.shard;

import org.jspecify.annotations.NullMarked;
