/**
 * What every verb shares: the surroundings of the process, the options before and after a verb, the way to the server,
 * and how a failure is told. No verb lives here.
 */
@NullMarked
package dev.hayloft.cli.session;

import org.jspecify.annotations.NullMarked;
