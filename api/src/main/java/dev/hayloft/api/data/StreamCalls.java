package dev.hayloft.api.data;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.api.records.BinaryRecordParser;
import dev.hayloft.api.records.JsonRecordParser;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.RecordsRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;

/** Streams of records, in and out. */
public final class StreamCalls {
    private static final Pattern PRODUCER = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");

    private final Front front;
    private final long metadataMaxBytes;

    public StreamCalls(Front front) {
        this.front = front;
        this.metadataMaxBytes = front.settings().size(Setting.LIMITS_METADATA);
    }

    /** Takes records until the request ends. */
    public void records(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.RECORDS);
        exchange.query().only(Set.of());
        Optional<String> producer =
                header(exchange, Headers.PRODUCER, PRODUCER, "A producer's name has 1 to 64 of A-Z a-z 0-9 _ . -");
        Optional<String> sequence = header(
                exchange,
                Headers.SEQUENCE,
                SEQUENCE,
                "A sequence is the decimal number of the request's first record.");
        if (producer.isPresent() != sequence.isPresent()) {
            throw Exchange.badHeader(
                    "X-Hayloft-Producer and X-Hayloft-Sequence come together.",
                    producer.isPresent() ? Headers.SEQUENCE : Headers.PRODUCER,
                    "");
        }
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        exchange.authorize(bucket, Access.WRITE);
        ObjectWrites.requireWritable(front, bucket);
        RecordsRequest request = new RecordsRequest(
                bucket,
                headers.durability(),
                producer,
                sequence.map(Long::parseLong).orElse(0L));
        new RecordIntake(exchange, request, parser(exchange)).start();
    }

    private static Optional<String> header(Exchange exchange, String name, Pattern pattern, String sentence) {
        Optional<String> value =
                Optional.ofNullable(exchange.request().getHeaders().get(name));
        value.filter(text -> !pattern.matcher(text).matches()).ifPresent(text -> {
            throw Exchange.badHeader(sentence, name, text);
        });
        return value;
    }

    private RecordParser parser(Exchange exchange) {
        String given = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        String type = given == null ? "" : given;
        int semicolon = type.indexOf(';');
        type = (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case JsonRecordParser.TYPE -> new JsonRecordParser(metadataMaxBytes, false);
            case BinaryRecordParser.TYPE -> new BinaryRecordParser(metadataMaxBytes);
            default ->
                throw new RequestException(
                                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                                "Records are application/x-ndjson or application/vnd.hayloft.records.")
                        .with("contentType", type);
        };
    }
}
