/** The Java client: Hayloft over HTTP, on the JDK alone. */
@NullMarked
package dev.hayloft.client;

import org.jspecify.annotations.NullMarked;
