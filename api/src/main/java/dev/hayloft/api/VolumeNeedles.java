package dev.hayloft.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /api/volumes/ID/needles?after=&limit=}: what stands in a volume, in the order of its file, every checksum
 * checked on the way. A page ends with a frame, so it may hold some more than asked for; {@code next} is the place of
 * the next frame.
 */
final class VolumeNeedles {
    private static final int LIMIT_MAX = 1000;
    private static final int LIMIT_DEFAULT = 100;

    private final Front front;

    VolumeNeedles(Front front) {
        this.front = front;
    }

    void list(Exchange exchange, String id) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of("after", "limit"));
        int limit = exchange.query().integer("limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
        long after = offset(exchange.query().text("after").orElse("0"));
        exchange.block(() -> {
            Page page = new Page(limit);
            try {
                front.store().scanVolume(id, after, page);
            } catch (PageFull full) {
                page.isFull = true;
            }
            exchange.answerJson(200, json -> page.write(json, id));
        });
    }

    private static long offset(String text) {
        if (!text.matches("[0-9]{1,12}")) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A place in a volume is a whole number of bytes.")
                    .with("parameter", "after")
                    .with("value", text);
        }
        return Long.parseLong(text);
    }

    /** Ends a scan. */
    private static final class PageFull extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PageFull() {
            super("the page is full", null, false, false);
        }
    }

    private static final class Page implements FrameVisitor {
        private final int limit;
        private final List<Json.Writer> needles = new ArrayList<>();
        private long nextOffset;
        private boolean isFull;

        Page(int limit) {
            this.limit = limit;
        }

        @Override
        public void frame(FrameView frame) {
            long offset = LogPosition.offset(frame.position());
            if (needles.size() >= limit) {
                nextOffset = offset;
                throw new PageFull();
            }
            long bucketId = frame.bucketId(); // The view is valid until we return.
            String time = Json.time(Instant.ofEpochMilli(frame.timeMillis()));
            frame.forEachNeedle(view -> {
                DumpedNeedle needle = DumpedNeedle.of(view);
                needles.add(json -> {
                    json.writeStartObject();
                    json.writeNumberField("frame", offset);
                    json.writeStringField("time", time);
                    json.writeNumberField("bucketId", bucketId);
                    DumpLines.writeFields(json, needle);
                    json.writeEndObject();
                });
            });
        }

        @Override
        public void damaged(DamagedRange range) {
            needles.add(json -> {
                json.writeStartObject();
                json.writeNumberField("frame", range.fromOffset());
                json.writeStringField("type", "damage");
                json.writeNumberField("bytes", range.toOffset() - range.fromOffset());
                json.writeStringField("key", range.reason());
                json.writeEndObject();
            });
        }

        void write(JsonGenerator json, String volume) throws IOException {
            json.writeStartObject();
            json.writeStringField("volume", volume);
            json.writeArrayFieldStart("needles");
            for (Json.Writer needle : needles) {
                needle.write(json);
            }
            json.writeEndArray();
            json.writeStringField("next", isFull ? Long.toString(nextOffset) : null);
            json.writeEndObject();
        }
    }
}
