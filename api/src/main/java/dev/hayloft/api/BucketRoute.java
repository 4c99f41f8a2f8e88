package dev.hayloft.api;

import dev.hayloft.api.data.GroupCalls;
import dev.hayloft.api.data.StreamCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.BucketName;
import java.util.Arrays;
import java.util.Optional;

/** What stands beside the objects below a bucket. */
enum BucketRoute {
    RECORDS("records", "POST"),
    CHANGES("changes", "GET"),
    MULTIGET("multiget", "POST"),
    BATCH("batch", "POST"),
    DELETE("delete", "POST");

    private final String path;
    private final String method;

    BucketRoute(String path, String method) {
        this.path = path;
        this.method = method;
    }

    /** The route of what stands behind the bucket's name and a slash. */
    static Optional<BucketRoute> of(String path) {
        return Arrays.stream(values()).filter(route -> route.path.equals(path)).findAny();
    }

    String method() {
        return method;
    }

    void call(StreamCalls calls, GroupCalls groups, Exchange exchange, BucketName bucket) {
        switch (this) {
            case RECORDS -> calls.records(exchange, bucket);
            case CHANGES -> calls.changes(exchange, bucket);
            case MULTIGET -> calls.multiget(exchange, bucket);
            case BATCH -> groups.batch(exchange, bucket);
            case DELETE -> groups.delete(exchange, bucket);
        }
    }
}
