/**
 * One partition: its writer, its publisher, its recovery, its figures. The only way to its log, index and directory.
 * Buckets, keys' meaning for users and HTTP stay above.
 */
@NullMarked
package dev.hayloft.store.partition;

import org.jspecify.annotations.NullMarked;
