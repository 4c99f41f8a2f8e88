/**
 * What tests of every room share: seeds, a clock that is moved by hand, temporary folders, a guard against left-over threads. Test scope only.
 */
@NullMarked
package dev.hayloft.testing;

import org.jspecify.annotations.NullMarked;
