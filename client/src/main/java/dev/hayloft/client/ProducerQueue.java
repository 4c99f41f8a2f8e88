package dev.hayloft.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Batches between those who give records, the thread that sends them and the one that reads acknowledgements. A batch
 * is unsent, then in flight, then settled; when a request breaks off, what is in flight is unsent again.
 *
 * <p><i>Threads:</i> {@link #add} and {@link #flush} any; the rest one at a time: the sending thread has no request
 * open while it rewinds, refuses or fails, so that nobody reads acknowledgements then. Acknowledgements are told
 * outside the lock. A batch is filled under the lock until it is sealed, then read by the sending thread, and settled
 * by who reads acknowledgements.
 */
final class ProducerQueue {
    private final int batchBytes;
    private final int inFlightBytes;
    private final long lingerNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Condition settling = lock.newCondition();

    // Guarded by lock, as all below.
    private final Deque<ProducerBatch> unsent = new ArrayDeque<>();
    private final Deque<ProducerBatch> inFlight = new ArrayDeque<>();
    private final Deque<byte[]> memory = new ArrayDeque<>();
    private long takenBytes;
    private long nextNumber;
    private long settledTo;
    private int hurries;
    private boolean closing;
    private Optional<HayloftClientException> failure = Optional.empty();
    private long progress;

    ProducerQueue(ProducerOptions options) {
        this.batchBytes = options.batchBytes();
        this.inFlightBytes = options.inFlightBytes();
        this.lingerNanos = options.linger().toNanos();
        this.nextNumber = options.firstNumber();
        this.settledTo = options.firstNumber();
    }

    /** Adds a record; waits while too much is in flight. */
    void add(EncodedRecord record, Acknowledgement acknowledgement) {
        int size = record.sizeBytes();
        lock.lock();
        try {
            ProducerBatch batch = batchFor(size);
            batch.add(record, size, acknowledgement);
            nextNumber++;
            if (!batch.takes(1)) {
                batch.seal();
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private ProducerBatch batchFor(int recordBytes) {
        while (true) {
            failure.ifPresent(reason -> {
                throw reason.again();
            });
            if (closing) {
                throw new IllegalStateException("the producer is closed");
            }
            ProducerBatch last = unsent.peekLast();
            if (last != null && last.takes(recordBytes)) {
                return last;
            }
            if (last != null && !last.isSealed()) {
                last.seal();
                work.signal();
            }
            int capacity = Math.max(batchBytes, recordBytes);
            if (takenBytes == 0 || takenBytes + capacity <= inFlightBytes) {
                takenBytes += capacity;
                byte[] bytes = capacity > batchBytes || memory.isEmpty() ? new byte[capacity] : memory.pop();
                ProducerBatch batch = new ProducerBatch(nextNumber, bytes, recordsExpected(), System.nanoTime());
                unsent.addLast(batch);
                work.signal();
                return batch;
            }
            room.awaitUninterruptibly();
        }
    }

    /** As many as the batch before had: then its tables need not grow. */
    private int recordsExpected() {
        ProducerBatch last = unsent.isEmpty() ? inFlight.peekLast() : unsent.peekLast();
        return last == null ? 0 : last.count();
    }

    /** Waits until something is to be sent; false when nothing will be, ever. */
    boolean awaitWork() {
        lock.lock();
        try {
            while (unsent.isEmpty() && !closing && failure.isEmpty()) {
                work.awaitUninterruptibly();
            }
            return failure.isEmpty() && !unsent.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the next batch to send.
     *
     * @param isOver whether the request takes no more; {@link #wake} when that changes
     * @return empty when the request is over, or when nothing has come for so long, or will come any more
     */
    Optional<ProducerBatch> next(BooleanSupplier isOver, long idleNanos) {
        lock.lock();
        try {
            long idleSinceNanos = System.nanoTime();
            while (failure.isEmpty() && !isOver.getAsBoolean()) {
                ProducerBatch batch = unsent.peekFirst();
                long waitNanos = idleSinceNanos + idleNanos - System.nanoTime();
                if (batch != null) {
                    boolean isDue = batch.isSealed() || closing || hurries > 0;
                    waitNanos = isDue ? 0 : batch.begunNanos() + lingerNanos - System.nanoTime();
                    if (waitNanos <= 0) {
                        batch.seal();
                        inFlight.addLast(unsent.removeFirst());
                        return Optional.of(batch);
                    }
                } else if (closing || waitNanos <= 0) {
                    return Optional.empty();
                }
                awaitWork(waitNanos);
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits that long, or until something changes that matters to who sends. */
    void pause(long nanos) {
        lock.lock();
        try {
            long untilNanos = System.nanoTime() + nanos;
            for (long left = nanos; left > 0 && failure.isEmpty(); left = untilNanos - System.nanoTime()) {
                awaitWork(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // Those who call it loop.
    private void awaitWork(long nanos) {
        try {
            long left = work.awaitNanos(nanos);
            if (left <= 0) {
                return; // The caller looks at the time itself.
            }
        } catch (InterruptedException e) {
            fail(HayloftClientException.local(
                    HayloftClientException.NO_ANSWER, "the producer's thread was interrupted", e));
        }
    }

    void wake() {
        lock.lock();
        try {
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What was in flight is unsent again; answers the number of the first record to send. */
    long rewind() {
        lock.lock();
        try {
            while (!inFlight.isEmpty()) {
                unsent.addFirst(inFlight.removeLast());
            }
            ProducerBatch first = unsent.peekFirst();
            return first == null ? nextNumber : first.nextNumber();
        } finally {
            lock.unlock();
        }
    }

    /** All records below this number are stored. */
    void acknowledged(long number) {
        settle(number, Optional.empty());
    }

    /** This record, whose predecessors are all settled, is refused. */
    void refused(long number, HayloftClientException reason) {
        settle(number + 1, Optional.of(reason));
    }

    private void settle(long number, Optional<HayloftClientException> reason) {
        List<ProducerBatch> touched = new ArrayList<>();
        lock.lock();
        try {
            for (ProducerBatch batch : inFlight) {
                if (batch.nextNumber() >= number) {
                    break;
                }
                touched.add(batch);
            }
        } finally {
            lock.unlock();
        }
        touched.forEach(batch -> batch.settleTo(number, reason));
        lock.lock();
        try {
            for (ProducerBatch batch : touched) {
                settledTo = batch.nextNumber();
                progress++;
                if (batch.isSettled()) {
                    inFlight.removeFirst();
                    giveBack(batch);
                }
            }
            room.signalAll();
            settling.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The memory of a settled batch is used again. Its bytes are not needed any more: the server has answered for them,
     * so they had left the sending thread's hands.
     */
    private void giveBack(ProducerBatch batch) {
        takenBytes -= batch.bytes().length;
        if (batch.bytes().length == batchBytes) {
            memory.push(batch.bytes());
        }
    }

    /** Ends everything: what is not settled fails, and who adds is told. */
    void fail(HayloftClientException reason) {
        List<ProducerBatch> lost = new ArrayList<>();
        lock.lock();
        try {
            if (failure.isPresent()) {
                return;
            }
            failure = Optional.of(reason);
            lost.addAll(inFlight);
            lost.addAll(unsent);
            inFlight.clear();
            unsent.clear();
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        lost.forEach(batch -> batch.settleTo(Long.MAX_VALUE, Optional.of(reason)));
        lock.lock();
        try {
            settledTo = nextNumber;
            settling.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything added so far is settled. */
    void flush() {
        lock.lock();
        try {
            long target = nextNumber;
            hurries++;
            work.signal();
            try {
                while (settledTo < target) {
                    settling.awaitUninterruptibly();
                }
            } finally {
                hurries--;
            }
            failure.ifPresent(reason -> {
                throw reason.again();
            });
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more records. */
    void beginClose() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Grows whenever something is settled. */
    long progress() {
        lock.lock();
        try {
            return progress;
        } finally {
            lock.unlock();
        }
    }

    Optional<HayloftClientException> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that batches hold just now. */
    long takenBytes() {
        lock.lock();
        try {
            return takenBytes;
        } finally {
            lock.unlock();
        }
    }
}
