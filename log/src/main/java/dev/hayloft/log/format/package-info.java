/**
 * The bytes of the log and nothing but bytes: frames, needles, attributes, manifests, volume marks. No I/O here; a
 * thing that opens a file, or knows Chronicle Queue, belongs one package up.
 */
@NullMarked
package dev.hayloft.log.format;

import org.jspecify.annotations.NullMarked;
