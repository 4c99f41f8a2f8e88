/**
 * The calls on objects: read, write, delete, list. They run on selector threads and leave them before anything that may
 * block.
 */
@NullMarked
package dev.hayloft.api.data;

import org.jspecify.annotations.NullMarked;
