/**
 * What tests of every room share: seeds, a clock that is moved by hand, temporary folders, damage to files, a fake
 * server, and the guard against what a test leaves behind. Test scope only; it sees the model alone.
 */
@NullMarked
package dev.hayloft.testing;

import org.jspecify.annotations.NullMarked;
