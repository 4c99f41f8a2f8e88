/**
 * How content becomes stored bytes and back: compression, and the choice whether it pays. Knows no index and no log:
 * bytes in, bytes out.
 */
@NullMarked
package dev.hayloft.store.content;

import org.jspecify.annotations.NullMarked;
