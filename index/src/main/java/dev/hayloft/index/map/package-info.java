/**
 * One bounded hash table in a file, on Chronicle Map, and the file that says which table serves which hashes. Growth
 * and the choice between tables are {@code KeyIndex}'s.
 */
@NullMarked
package dev.hayloft.index.map;

import org.jspecify.annotations.NullMarked;
