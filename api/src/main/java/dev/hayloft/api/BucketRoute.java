package dev.hayloft.api;

import dev.hayloft.api.data.StreamCalls;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.BucketName;
import java.util.Arrays;
import java.util.Optional;

/** What stands beside the objects below a bucket. */
enum BucketRoute {
    RECORDS("records", "POST", StreamCalls::records);

    /** A call on a bucket. */
    private interface Call {
        void on(StreamCalls calls, Exchange exchange, BucketName bucket);
    }

    private final String path;
    private final String method;
    private final Call call;

    BucketRoute(String path, String method, Call call) {
        this.path = path;
        this.method = method;
        this.call = call;
    }

    /** The route of what stands behind the bucket's name and a slash. */
    static Optional<BucketRoute> of(String path) {
        return Arrays.stream(values()).filter(route -> route.path.equals(path)).findAny();
    }

    String method() {
        return method;
    }

    void call(StreamCalls calls, Exchange exchange, BucketName bucket) {
        call.on(calls, exchange, bucket);
    }
}
