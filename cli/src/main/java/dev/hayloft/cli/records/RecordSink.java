package dev.hayloft.cli.records;

import dev.hayloft.client.ProducerRecord;
import java.nio.ByteBuffer;

/** Takes the records of an input in their order. */
public interface RecordSink {
    /**
     * A record in the encoding of its input.
     *
     * @param bytes valid during the call
     * @param place counted from 1: the line, or the record where there are no lines
     */
    void encoded(ByteBuffer bytes, long place);

    /**
     * A record.
     *
     * @param place the line on which it begins, counted from 1
     */
    void record(ProducerRecord record, long place);
}
