/** Reed-Solomon parity over GF(256) and its shard files belong here: arithmetic and bytes, no schedule and no store. */
@NullMarked
package dev.hayloft.erasure;

import org.jspecify.annotations.NullMarked;
