/** The web console: static files, found by path, and the policy under which browsers run them. */
@NullMarked
package dev.hayloft.adminui;

import org.jspecify.annotations.NullMarked;
