/** Backups: what stands in one, making it from a running store, and making a data folder from it. */
@NullMarked
package dev.hayloft.store.backup;

import org.jspecify.annotations.NullMarked;
