/** The bytes of hint files, and nothing but bytes. */
@NullMarked
package dev.hayloft.index.hint;

import org.jspecify.annotations.NullMarked;
