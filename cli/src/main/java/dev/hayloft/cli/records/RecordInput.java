package dev.hayloft.cli.records;

import dev.hayloft.cli.session.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads a stream of records to its end. <i>Threads:</i> one. */
public final class RecordInput {
    /** As the server has it. */
    private static final int LINE_SIZE_MAX = 12 << 20;

    private static final int FRAME_HEAD_SIZE = 12;
    private static final int RECORD_SIZE_MAX = 8 << 20;

    private final String name;
    private final InputStream source;

    /**
     * An input.
     *
     * @param name for messages
     */
    public RecordInput(String name, InputStream source) {
        this.name = name;
        this.source = source;
    }

    /**
     * Gives every record to the sink.
     *
     * @throws CommandFailure where the input is malformed; what stands before was given
     */
    public void read(RecordFormat format, CsvColumns columns, RecordSink sink) throws IOException {
        switch (format) {
            case NDJSON -> readLines(sink);
            case RECORDS -> readFrames(sink);
            case CSV -> new CsvInput(name, source, columns).read(sink);
        }
    }

    private void readLines(RecordSink sink) throws IOException {
        InputWindow window = new InputWindow(source);
        int looked = 0;
        long line = 1;
        while (true) {
            int end = newline(window, looked);
            if (end < 0) {
                looked = window.size();
                checkLine(looked, line);
                if (window.more()) {
                    continue;
                }
                lastLine(window, line, sink);
                return;
            }
            int size = end + 1;
            checkLine(size, line);
            if (!isBlank(window, size - 1)) {
                sink.encoded(ByteBuffer.wrap(window.bytes(), window.from(), size), line);
            }
            window.pass(size);
            looked = 0;
            line++;
        }
    }

    /** Where the next newline stands, counted from the window's first byte, or -1. */
    private static int newline(InputWindow window, int looked) {
        byte[] bytes = window.bytes();
        int to = window.from() + window.size();
        for (int i = window.from() + looked; i < to; i++) {
            if (bytes[i] == '\n') {
                return i - window.from();
            }
        }
        return -1;
    }

    private static boolean isBlank(InputWindow window, int size) {
        for (int i = window.from(); i < window.from() + size; i++) {
            byte b = window.bytes()[i];
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private void checkLine(int size, long line) {
        if (size > LINE_SIZE_MAX) {
            throw new CommandFailure(name + ", line " + line + ": a line has at most 12 MiB");
        }
    }

    private static void lastLine(InputWindow window, long line, RecordSink sink) {
        if (!isBlank(window, window.size())) {
            ByteBuffer whole = ByteBuffer.allocate(window.size() + 1);
            whole.put(window.bytes(), window.from(), window.size())
                    .put((byte) '\n')
                    .flip();
            sink.encoded(whole, line);
        }
    }

    private void readFrames(RecordSink sink) throws IOException {
        InputWindow window = new InputWindow(source);
        long record = 1;
        for (; window.has(FRAME_HEAD_SIZE); record++) {
            ByteBuffer head = ByteBuffer.wrap(window.bytes(), window.from(), FRAME_HEAD_SIZE);
            int op = head.get(window.from());
            if (op != 1 && op != 2) {
                throw new CommandFailure(name + ", record " + record + ": a record begins with 1 or 2, not " + op
                        + "; is this a file of application/vnd.hayloft.records?");
            }
            long content = (head.getShort(window.from() + 2) & 0xFFFFL)
                    + (head.getInt(window.from() + 4) & 0xFFFF_FFFFL)
                    + (head.getInt(window.from() + 8) & 0xFFFF_FFFFL);
            if (content > RECORD_SIZE_MAX) {
                throw new CommandFailure(name + ", record " + record + ": a record has at most 8 MiB of key, metadata"
                        + " and value, not " + content + " bytes");
            }
            int size = (int) (FRAME_HEAD_SIZE + content);
            if (!window.has(size)) {
                throw cut(record);
            }
            sink.encoded(ByteBuffer.wrap(window.bytes(), window.from(), size), record);
            window.pass(size);
        }
        if (window.size() > 0) {
            throw cut(record);
        }
    }

    private CommandFailure cut(long record) {
        return new CommandFailure(name + ", record " + record + ": the file ends within the record");
    }
}
