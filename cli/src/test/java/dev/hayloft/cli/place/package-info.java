@NullMarked
package dev.hayloft.cli.place;

import org.jspecify.annotations.NullMarked;
