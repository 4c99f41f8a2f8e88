/**
 * The nouns that every room speaks: keys, buckets, attributes, digests, log positions. No I/O, no threads, no library
 * beyond the JDK and JSpecify.
 */
@NullMarked
package dev.hayloft.model;

import org.jspecify.annotations.NullMarked;
