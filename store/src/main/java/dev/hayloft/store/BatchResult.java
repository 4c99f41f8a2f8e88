package dev.hayloft.store;

import java.util.List;

/**
 * What a batch did.
 *
 * @param version the highest number that it gave, 0 when nothing had to be written
 * @param steps for each step the number it got, 0 where nothing had to be written
 */
public record BatchResult(long version, List<Long> steps) {
    public BatchResult {
        steps = List.copyOf(steps);
    }
}
