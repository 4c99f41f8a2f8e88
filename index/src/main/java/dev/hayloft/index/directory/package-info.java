/** The directory's bytes and the thread that applies changes to it. */
@NullMarked
package dev.hayloft.index.directory;

import org.jspecify.annotations.NullMarked;
