/**
 * Who asks and what they may do: users, access keys, grants, tokens, the root key, and the cache that makes a warm
 * check cheap.
 */
@NullMarked
package dev.hayloft.api.identity;

import org.jspecify.annotations.NullMarked;
