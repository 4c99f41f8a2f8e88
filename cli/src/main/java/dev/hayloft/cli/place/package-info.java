/**
 * Where objects may come from and go to: a bucket of a server, a folder, an archive, a table. Each is a
 * {@link dev.hayloft.cli.place.Place}, so that one comparison and one copy serve every pair of them.
 */
@NullMarked
package dev.hayloft.cli.place;

import org.jspecify.annotations.NullMarked;
