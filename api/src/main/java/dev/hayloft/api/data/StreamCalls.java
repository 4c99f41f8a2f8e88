package dev.hayloft.api.data;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Query;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.api.records.BinaryRecordParser;
import dev.hayloft.api.records.JsonRecordParser;
import dev.hayloft.api.records.RecordParser;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ChangesRequest;
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

    private static final String EVENTS_TYPE = "text/event-stream";
    /** Room for 10,000 keys of 1024 bytes, some of them escaped. */
    private static final long MULTIGET_BODY_MAX = 16L << 20;

    private static final int CHANGES_DEFAULT = 1000;
    private static final int WAIT_SECONDS_MAX = 60;

    private final Front front;
    private final PiecePool pieces = new PiecePool();
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
        new RecordIntake(exchange, request, parser(exchange, metadataMaxBytes, false)).start();
    }

    /** Gives many objects at once. */
    public void multiget(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.MULTIGET);
        exchange.query().only(Set.of());
        exchange.authorize(bucket, Access.READ);
        if (front.store().findBucket(bucket).isEmpty()) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "There is no such bucket.").with("bucket", bucket);
        }
        String accept = Optional.ofNullable(exchange.request().getHeaders().get(HttpHeader.ACCEPT))
                .orElse("");
        boolean asLines = accept.contains(Headers.NDJSON_TYPE);
        BodyCollector.collect(exchange, MULTIGET_BODY_MAX, body -> {
            MultigetAnswer answer = MultigetAnswer.open(exchange, bucket, KeyList.read(body), asLines);
            exchange.headers().put(HttpHeader.CONTENT_TYPE, asLines ? Headers.NDJSON_TYPE : BinaryRecordParser.TYPE);
            answer.start(200);
        });
    }

    /** Tells changes: a page, a page that is waited for, or events. */
    public void changes(Exchange exchange, BucketName bucket) {
        exchange.operation(Operation.CHANGES);
        Query query = exchange.query().only(Set.of("after", "limit", "wait", "prefix"));
        int limit = query.integer("limit", 1, ChangesRequest.LIMIT_MAX, CHANGES_DEFAULT);
        int wait = query.integer("wait", 0, WAIT_SECONDS_MAX, 0);
        String accept = Optional.ofNullable(exchange.request().getHeaders().get(HttpHeader.ACCEPT))
                .orElse("");
        ChangeLines.Form form = accept.contains(EVENTS_TYPE)
                ? ChangeLines.Form.EVENTS
                : accept.contains(BinaryRecordParser.TYPE) ? ChangeLines.Form.RECORDS : ChangeLines.Form.LINES;
        String after = Optional.ofNullable(exchange.request().getHeaders().get("Last-Event-ID"))
                .filter(id -> form == ChangeLines.Form.EVENTS && !id.isBlank())
                .or(() -> query.text("after"))
                .orElse(ChangesRequest.EARLIEST);
        exchange.authorize(bucket, Access.READ);
        ChangesRequest request = new ChangesRequest(
                bucket, after, query.text("prefix").orElse(""), limit, form == ChangeLines.Form.RECORDS);
        String type =
                switch (form) {
                    case EVENTS -> EVENTS_TYPE;
                    case RECORDS -> BinaryRecordParser.TYPE;
                    case LINES -> Headers.NDJSON_TYPE;
                };
        new ChangesAnswer(exchange, pieces, request, form, type, wait).start();
    }

    private static Optional<String> header(Exchange exchange, String name, Pattern pattern, String sentence) {
        Optional<String> value =
                Optional.ofNullable(exchange.request().getHeaders().get(name));
        value.filter(text -> !pattern.matcher(text).matches()).ifPresent(text -> {
            throw Exchange.badHeader(sentence, name, text);
        });
        return value;
    }

    /** For the encoding that the request names. */
    static RecordParser parser(Exchange exchange, long metadataMaxBytes, boolean withConditions) {
        String given = exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE);
        String type = given == null ? "" : given;
        int semicolon = type.indexOf(';');
        type = (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case JsonRecordParser.TYPE -> new JsonRecordParser(metadataMaxBytes, withConditions);
            case BinaryRecordParser.TYPE -> new BinaryRecordParser(metadataMaxBytes);
            default ->
                throw new RequestException(
                                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                                "Records are application/x-ndjson or application/vnd.hayloft.records.")
                        .with("contentType", type);
        };
    }
}
