package dev.hayloft.api.http;

import dev.hayloft.api.identity.Access;
import dev.hayloft.api.identity.AuditLog;
import dev.hayloft.api.identity.Identity;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its one answer. Whoever takes an exchange over must end it with exactly one of the {@code answer…}
 * methods or with {@link #fail}; only the first of them counts.
 *
 * <p><i>Threads:</i> one at a time, handed on safely.
 */
public final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Front front;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final String id;
    private final long startNanos;
    private final AtomicBoolean answered = new AtomicBoolean();
    private Operation operation = Operation.OTHER;
    private @Nullable Query query;
    private final List<HttpField> problemHeaders = new ArrayList<>(0);
    private boolean bodyRead;
    private @Nullable FailureForm failureForm;
    private @Nullable Identity identity;
    private boolean authorized;

    public Exchange(Front front, Request request, Response response, Callback callback) {
        this.front = front;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.id = front.requestIds().next();
        this.startNanos = System.nanoTime();
        front.metrics().begin();
        response.getHeaders().put(new HttpField(Headers.REQUEST_ID, id));
        request.addIdleTimeoutListener(timeout -> false); // Asked while no side waits for the network: we are at work.
    }

    public Front front() {
        return front;
    }

    public Request request() {
        return request;
    }

    public Response response() {
        return response;
    }

    /** The request's name, in the answer and in the log. */
    public String id() {
        return id;
    }

    /** Headers of the answer. */
    public HttpFields.Mutable headers() {
        return response.getHeaders();
    }

    /** Says what this request does, for metrics. */
    public void operation(Operation operation) {
        this.operation = operation;
    }

    /** The query; parsed at the first call. */
    public Query query() {
        Query parsed = query;
        if (parsed == null) {
            parsed = Query.parse(request.getHttpURI().getQuery());
            query = parsed;
        }
        return parsed;
    }

    /** Takes another query for the one that came. */
    public void query(Query other) {
        query = other;
    }

    public boolean isHead() {
        return HttpMethod.HEAD.is(request.getMethod());
    }

    /** Says who asks. What is answered well from here on must have been authorized. */
    public void identify(Identity who) {
        identity = who;
    }

    /** Who asks; known once the route's identity check has passed. */
    public Identity identity() {
        Identity known = identity;
        if (known == null) {
            throw new AssertionError("the route asks for an identity before the call");
        }
        return known;
    }

    /**
     * Makes sure that who asks may do this to the bucket, be there one or not. Every call on a bucket does so once its
     * own syntax is fine, before it looks for the bucket.
     *
     * @throws RequestException {@code forbidden}
     */
    public void authorize(BucketName bucket, Access access) {
        authorized = true;
        if (!identity().allows(bucket, access)) {
            throw new RequestException(ErrorCode.FORBIDDEN, "The access key has no grant for this.")
                    .with("accessKey", identity().accessKey())
                    .with("bucket", bucket)
                    .with("access", access.wireName());
        }
    }

    /** Says that the call needs no grant of its own, for example because it answers only what the key may read. */
    public void authorizeAny() {
        authorized = true;
    }

    /**
     * Makes sure that an operator asks.
     *
     * @throws RequestException {@code forbidden}
     */
    public void requireOperator() {
        authorized = true;
        if (!identity().operator()) {
            throw new RequestException(ErrorCode.FORBIDDEN, "This call is an operator's: admin on \"*\".")
                    .with("accessKey", identity().accessKey());
        }
    }

    /** A call that forgot to authorize must not answer, whatever it would say. */
    void checkAuthorized() {
        if (identity != null && !authorized) {
            throw new AssertionError("a call answers without having called authorize");
        }
    }

    /** Says that the request's body has been read to its end. */
    public void bodyRead() {
        bodyRead = true;
    }

    /** Runs a step that may block; what it throws becomes the answer. */
    public void block(Runnable step) {
        try {
            front.blocking().execute(() -> run(step));
        } catch (RejectedExecutionException e) {
            fail(e);
        }
    }

    /** Runs a step that answers and does not block, off the thread that completed a write. */
    public void respond(Runnable step) {
        front.responders().execute(request.getConnectionMetaData(), () -> run(step));
    }

    /** Runs a step here; what it throws becomes the answer. */
    public void run(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) { // A thread boundary: whatever it was, the client must hear of it.
            fail(failure);
        }
    }

    /** Answers with a status alone. */
    public void answer(int status) {
        answer(status, null, Callback.NOOP);
    }

    /** Answers with a JSON document. */
    public void answerJson(int status, Json.Writer writer) {
        ByteBuffer document = Json.document(writer);
        headers().put(Headers.JSON);
        headers().put(HttpHeader.CONTENT_LENGTH, document.remaining());
        answer(status, isHead() ? null : document, Callback.NOOP);
    }

    /**
     * Answers with a body of one piece.
     *
     * @param afterwards completed when the network has the bytes, or never will
     */
    public void answer(int status, @Nullable ByteBuffer body, Callback afterwards) {
        if (!begin(status, body == null ? 0 : body.remaining(), afterwards)) {
            return;
        }
        if (body == null) {
            response.write(true, null, new Ending(afterwards));
        } else {
            SlicedWrite.write(response, true, body, new Ending(afterwards));
        }
    }

    /**
     * Answers with a body of several pieces, of which not all are empty.
     *
     * @param afterwards completed when the network has the bytes, or never will
     */
    public void answerPieces(int status, List<ByteBuffer> body, Callback afterwards) {
        long size = body.stream().mapToLong(ByteBuffer::remaining).sum();
        headers().put(HttpHeader.CONTENT_LENGTH, size);
        if (begin(status, size, afterwards)) {
            SlicedWrite.write(response, true, body, new Ending(afterwards));
        }
    }

    private boolean begin(int status, long bodyBytes, Callback afterwards) {
        checkAuthorized();
        if (!answered.compareAndSet(false, true)) {
            afterwards.succeeded();
            return false;
        }
        response.setStatus(status);
        if (operation != Operation.OPERATIONS) { // Watching a server is not using it.
            front.metrics().bytesOut(bodyBytes);
        }
        return true;
    }

    /** Takes the answer over, to be written in pieces; false when it has been given already. */
    boolean takeAnswer() {
        return answered.compareAndSet(false, true);
    }

    /**
     * Takes the answer over, to be written to the response by whoever asked, who must end it by {@link #endAnswer} or
     * {@link #breakOff}; false when it has been given already.
     */
    public boolean startAnswer() {
        return takeAnswer();
    }

    /** Leaves the answer to somebody else, who completes what is given here. */
    public Callback leaveAnswer() {
        answered.set(true);
        return new Ending(Callback.NOOP);
    }

    /** Ends an answer that was taken over and is written; what the client still sends is read and dropped. */
    public void endAnswer() {
        if (bodyRead || request.getLength() == 0) {
            end(null);
        } else {
            new BodyDrain(this).start();
        }
    }

    /** Breaks off an answer that was taken over. */
    public void breakOff(Throwable failure) {
        broken(failure);
    }

    /** Logs what is not the client's doing. Without the query: a signed link's would be as good as a key. */
    public void log(Throwable failure) {
        if (Problem.isUsual(failure)) {
            LOG.debug("Request {} was broken off by the client, or refused.", id, failure);
        } else {
            LOG.warn("Request {} {} {} failed.", id, request.getMethod(), path(), failure);
        }
    }

    private String path() {
        String path = request.getHttpURI().getPath();
        return path == null ? "" : path;
    }

    /** Answers with a problem document, or breaks the connection off when the answer has begun. */
    public void fail(Throwable failure) {
        Throwable cause = Problem.unwrap(failure);
        if (!Problem.isOurs(cause)) {
            log(cause);
        }
        if (takeAnswer()) {
            failTaken(cause);
        }
    }

    /** As {@link #fail}, by whoever has taken the answer over. */
    void failTaken(Throwable cause) {
        if (response.isCommitted()) {
            end(cause);
            return;
        }
        boolean unread = !bodyRead && request.getLength() != 0;
        FailureForm form = failureForm;
        ByteBuffer document = form == null ? problem(cause) : foreign(form.of(cause), unread);
        boolean stop = Problem.of(cause).code() == ErrorCode.ENTITY_TIMEOUT || cause instanceof HttpException;
        if (stop) {
            headers().put(Headers.CLOSE);
        }
        boolean drain = !stop && unread;
        Runnable afterwards = drain ? new BodyDrain(this)::start : () -> end(null);
        response.write(true, isHead() ? null : document, Callback.from(afterwards, this::end));
    }

    private ByteBuffer problem(Throwable cause) {
        Problem problem = Problem.of(cause);
        ByteBuffer document = problem.document(id);
        response.setStatus(problem.status());
        putProblemHeaders(problem, document.remaining());
        putRetryAfter(cause);
        return document;
    }

    private void putRetryAfter(Throwable cause) {
        if (cause instanceof HayloftException ours && ours.fields().get("retryAfterSeconds") instanceof Long seconds) {
            headers().put(HttpHeader.RETRY_AFTER, seconds);
        }
    }

    private ByteBuffer foreign(FailureForm.Failure failure, boolean unread) {
        response.setStatus(failure.status());
        HttpFields.Mutable headers = headers();
        headers.clear();
        failure.headers().forEach(headers::put);
        headers.put(HttpHeader.CONTENT_LENGTH, failure.body().remaining());
        boolean hasBody = request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (failure.closes() && unread && hasBody) {
            headers.put(Headers.CLOSE);
        }
        return failure.body();
    }

    /** Says how this front tells failures, where it is not by problem documents. */
    public void failuresAs(FailureForm form) {
        failureForm = form;
    }

    private void putProblemHeaders(Problem problem, int sizeBytes) {
        HttpFields.Mutable headers = headers();
        headers.clear();
        headers.put(new HttpField(Headers.REQUEST_ID, id));
        headers.put(Headers.PROBLEM);
        headers.put(HttpHeader.CONTENT_LENGTH, sizeBytes);
        problemHeaders.forEach(headers::put);
        switch (problem.code()) {
            case UNAUTHENTICATED ->
                headers.put(request.getHeaders().contains(Headers.CSRF) ? Headers.SESSION : Headers.BASIC);
            case TOO_MANY_REQUESTS, UNAVAILABLE -> headers.put(Headers.RETRY_SOON);
            default -> {}
        }
    }

    /** A header that goes with a problem, should one be answered. */
    public void problemHeader(HttpField field) {
        problemHeaders.add(field);
    }

    /** Ends the exchange: with a cause, the connection is broken off, so that nothing short looks complete. */
    void end(@Nullable Throwable cause) {
        audit();
        int status = cause == null ? response.getStatus() : 0;
        long nanos = System.nanoTime() - startNanos;
        front.metrics().end(operation, status, nanos);
        RequestLog.note(this, operation, status, nanos, identity == null ? "-" : identity.accessKey());
        if (cause == null) {
            callback.succeeded();
        } else {
            callback.failed(cause);
        }
    }

    private void audit() {
        int status = response.getStatus();
        String path = path();
        boolean keyShown = status >= 400 && request.getHeaders().contains(HttpHeader.AUTHORIZATION);
        if (!AuditLog.concerns(status, request.getMethod(), path, keyShown)) {
            return;
        }
        Identity who = identity;
        front.audit()
                .record(new AuditLog.Action(
                        front.clock().millis(),
                        status,
                        request.getMethod(),
                        path,
                        who == null ? "" : who.user(),
                        who == null ? "" : who.accessKey(),
                        Request.getRemoteAddr(request),
                        id));
    }

    /** Breaks off an answer that has been taken over; the log hears of what was not the client's doing. */
    void broken(Throwable failure) {
        Throwable cause = Problem.unwrap(failure);
        log(cause);
        end(cause);
    }

    /** A request error naming a header. */
    public static RequestException badHeader(String sentence, String name, String value) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence)
                .with("header", name)
                .with("value", value);
    }

    private final class Ending implements Callback {
        private final Callback afterwards;

        Ending(Callback afterwards) {
            this.afterwards = afterwards;
        }

        @Override
        public void succeeded() {
            afterwards.succeeded();
            end(null);
        }

        @Override
        public void failed(Throwable cause) {
            afterwards.failed(cause);
            end(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
