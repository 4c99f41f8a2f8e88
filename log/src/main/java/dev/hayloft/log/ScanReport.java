package dev.hayloft.log;

import java.util.List;

/**
 * What a scan found.
 *
 * @param end position behind the last good frame: where the log ends, if the scan went to its end
 * @param frames frames shown to the visitor
 * @param needles needles in them
 * @param damaged stretches of forced data that could not be read
 * @param tornBytes bytes other than 0 behind the end: appended, never forced, void
 */
public record ScanReport(long end, long frames, long needles, List<DamagedRange> damaged, long tornBytes) {
    public ScanReport {
        damaged = List.copyOf(damaged);
    }
}
