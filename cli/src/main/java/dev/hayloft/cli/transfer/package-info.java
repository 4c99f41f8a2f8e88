/**
 * Many objects at once: workers with a bounded queue, files that appear whole, and key names that stay inside a folder.
 */
@NullMarked
package dev.hayloft.cli.transfer;

import org.jspecify.annotations.NullMarked;
