/** The command line: one class per verb, over the client; the server's class path is never needed here. */
@NullMarked
package dev.hayloft.cli;

import org.jspecify.annotations.NullMarked;
