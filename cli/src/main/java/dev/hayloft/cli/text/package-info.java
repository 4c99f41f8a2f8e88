/** Figures, tables and progress as people read them. Knows no server. */
@NullMarked
package dev.hayloft.cli.text;

import org.jspecify.annotations.NullMarked;
