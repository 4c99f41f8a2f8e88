/** Who asks: the root key, HTTP Basic, and the cache that makes a warm check cheap. */
@NullMarked
package dev.hayloft.api.identity;

import org.jspecify.annotations.NullMarked;
