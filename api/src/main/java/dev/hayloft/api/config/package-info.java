/**
 * The settings of {@code config.yml}, the environment and the command line: their names, defaults, ranges and typed
 * values. What they switch on stands elsewhere.
 */
@NullMarked
package dev.hayloft.api.config;

import org.jspecify.annotations.NullMarked;
