/** The embeddable object store: buckets, partitions, recovery, reads and writes. No HTTP, no JSON. */
@NullMarked
package dev.hayloft.store;

import org.jspecify.annotations.NullMarked;
