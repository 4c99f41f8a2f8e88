package dev.hayloft.client;

import java.util.Arrays;
import java.util.Optional;

/** Records that go over the wire as one piece. <i>Threads:</i> as {@link ProducerQueue} says. */
final class ProducerBatch {
    private static final int ROOM_MIN = 64;

    private final long firstNumber;
    private final byte[] bytes;
    private final long begunNanos;
    private int[] ends;
    private Acknowledgement[] acknowledgements;
    private int size;
    private int count;
    private int settled;
    private boolean sealed;

    ProducerBatch(long firstNumber, byte[] memory, int recordsExpected, long nowNanos) {
        int room = Math.max(ROOM_MIN, recordsExpected);
        this.ends = new int[room];
        this.acknowledgements = new Acknowledgement[room];
        this.firstNumber = firstNumber;
        this.bytes = memory;
        this.begunNanos = nowNanos;
    }

    boolean takes(int recordBytes) {
        return !sealed && bytes.length - size >= recordBytes;
    }

    void add(EncodedRecord record, int recordBytes, Acknowledgement acknowledgement) {
        record.copyTo(bytes, size);
        size += recordBytes;
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
            acknowledgements = Arrays.copyOf(acknowledgements, 2 * count);
        }
        ends[count] = size;
        acknowledgements[count] = acknowledgement;
        count++;
    }

    void seal() {
        sealed = true;
    }

    boolean isSealed() {
        return sealed;
    }

    long begunNanos() {
        return begunNanos;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the records begin that are not settled. */
    int from() {
        return settled == 0 ? 0 : ends[settled - 1];
    }

    int sizeToSend() {
        return size - from();
    }

    /** Number of the first record that is not settled. */
    long nextNumber() {
        return firstNumber + settled;
    }

    long endNumber() {
        return firstNumber + count;
    }

    int count() {
        return count;
    }

    boolean isSettled() {
        return settled == count;
    }

    /** Settles all records below a number; answers how many. */
    int settleTo(long number, Optional<HayloftClientException> failure) {
        int before = settled;
        int target = (int) Math.min(count, Math.max(settled, number - firstNumber));
        while (settled < target) {
            Acknowledgement next = acknowledgements[settled];
            long itsNumber = firstNumber + settled;
            settled++;
            tell(next, itsNumber, failure);
        }
        return settled - before;
    }

    private static void tell(Acknowledgement acknowledgement, long number, Optional<HayloftClientException> failure) {
        try {
            acknowledgement.settled(number, failure);
        } catch (RuntimeException | Error defect) { // The caller's code must not end the producer's thread.
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, defect);
        }
    }
}
