/**
 * Keys: the master key of a server, the data keys that it wraps, and what is sealed under them. Belongs here:
 * everything that touches the bytes of a key. Not here: which content is encrypted, and where wrapped keys are kept.
 */
@NullMarked
package dev.hayloft.store.encryption;

import org.jspecify.annotations.NullMarked;
