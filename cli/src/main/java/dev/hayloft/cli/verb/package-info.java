/** One class per verb: its arguments, what it asks of the client, what it prints. */
@NullMarked
package dev.hayloft.cli.verb;

import org.jspecify.annotations.NullMarked;
