/**
 * The one family of errors, their codes as the contract names them, and the checks that raise them. Mapping a code to a
 * status is each front's own work.
 */
@NullMarked
package dev.hayloft.model.error;

import org.jspecify.annotations.NullMarked;
