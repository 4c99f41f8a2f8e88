/** Records on their way in: from bytes, as the network brings them, to puts and deletes. */
@NullMarked
package dev.hayloft.api.records;

import org.jspecify.annotations.NullMarked;
