package dev.hayloft.store.partition;

/** Waits for threads to end. */
final class Joining {
    private Joining() {}

    /** Returns once the thread has ended, interrupted or not. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // Closing must finish: whoever interrupted sees the flag afterwards.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
