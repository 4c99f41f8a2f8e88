/** Arithmetic in GF(256) on whole arrays belongs here: elements, small matrices, linear combinations; no files. */
@NullMarked
package dev.hayloft.erasure.field;

import org.jspecify.annotations.NullMarked;
