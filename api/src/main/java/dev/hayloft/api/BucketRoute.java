package dev.hayloft.api;

import dev.hayloft.api.data.GroupCalls;
import dev.hayloft.api.data.StreamCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.BucketName;
import java.util.List;
import java.util.Optional;

/** What stands beside the objects below a bucket. */
enum BucketRoute {
    RECORDS("records", "POST"),
    CHANGES("changes", "GET"),
    MULTIGET("multiget", "POST"),
    BATCH("batch", "POST"),
    DELETE("delete", "POST");

    private static final List<BucketRoute> ALL = List.of(values());

    private final String path;
    private final String method;

    BucketRoute(String path, String method) {
        this.path = path;
        this.method = method;
    }

    /** The route of what stands behind the bucket's name and a slash. */
    static Optional<BucketRoute> of(String path) {
        for (BucketRoute route : ALL) { // Asked for every request of an object: no stream.
            if (route.path.equals(path)) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
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
