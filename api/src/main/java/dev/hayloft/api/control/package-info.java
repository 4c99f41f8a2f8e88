/** The calls on buckets and the operations API, in JSON. */
@NullMarked
package dev.hayloft.api.control;

import org.jspecify.annotations.NullMarked;
