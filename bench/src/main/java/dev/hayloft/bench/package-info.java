/** Benchmarks and load drivers: numbers, never pass or fail. */
@NullMarked
package dev.hayloft.bench;

import org.jspecify.annotations.NullMarked;
