/** The console's server side: its files, sessions, the stream of figures. */
@NullMarked
package dev.hayloft.api.console;

import org.jspecify.annotations.NullMarked;
