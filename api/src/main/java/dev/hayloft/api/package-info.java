/** The fronts and the one assembler: Dropwizard application, data plane, control plane, operations API, wiring. */
@NullMarked
package dev.hayloft.api;

import org.jspecify.annotations.NullMarked;
