/**
 * The CIAOS API, byte for byte as its servers speak it: values are lists of blobs in a FlatBuffer. A value is an object
 * that any other front can read, its blobs one behind the other.
 */
@NullMarked
package dev.hayloft.api.ciaos;

import org.jspecify.annotations.NullMarked;
