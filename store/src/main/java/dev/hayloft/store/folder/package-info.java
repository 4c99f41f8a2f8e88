/** The data folder's own small files: lock, identity, keys, run mark, room on the disk. No log, no index. */
@NullMarked
package dev.hayloft.store.folder;

import org.jspecify.annotations.NullMarked;
