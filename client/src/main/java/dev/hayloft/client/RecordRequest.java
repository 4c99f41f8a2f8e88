package dev.hayloft.client;

import dev.hayloft.client.Wire.Call;
import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.http.HttpFailure;
import dev.hayloft.client.http.HttpStream;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request of a producer: batches go out while a thread of its own reads what is acknowledged.
 *
 * <p><i>Threads:</i> the producer's sending thread, and the reading thread that lives as long as the request.
 */
final class RecordRequest {
    /** How long the reading thread may take to find out why the sending one cannot send any more. */
    private static final long REASON_WAIT_SECONDS = 2;

    private final Wire wire;
    private final Call call;
    private final long firstNumber;
    private final ProducerQueue queue;
    private final HttpStream stream;
    private final CompletableFuture<End> ended = new CompletableFuture<>();

    /**
     * How a request ended.
     *
     * @param failure empty: every record was acknowledged
     * @param refused the record that the failure is about
     * @param retryAfterSeconds what the server asked for, or 0
     */
    record End(Optional<HayloftClientException> failure, OptionalLong refused, int retryAfterSeconds) {
        static End of(HayloftClientException failure) {
            return new End(Optional.of(failure), OptionalLong.empty(), 0);
        }
    }

    private RecordRequest(Wire wire, Call call, long firstNumber, ProducerQueue queue, HttpStream stream) {
        this.wire = wire;
        this.call = call;
        this.firstNumber = firstNumber;
        this.queue = queue;
        this.stream = stream;
    }

    /**
     * Begins a request.
     *
     * @throws HayloftClientException when the server was not reached
     */
    static RecordRequest open(Wire wire, Call call, long firstNumber, ProducerQueue queue) {
        RecordRequest request = new RecordRequest(wire, call, firstNumber, queue, wire.stream(call));
        Thread reader = new Thread(request::read, Thread.currentThread().getName() + "-acks");
        reader.setDaemon(true);
        reader.start();
        return request;
    }

    /** Whether the server wants no more. */
    boolean isOver() {
        return ended.isDone() || !stream.wantsBody();
    }

    /** Sends what is not settled of a batch; false when the connection does not take it. */
    boolean send(ProducerBatch batch) {
        try {
            stream.send(batch.bytes(), batch.from(), batch.sizeToSend());
            return true;
        } catch (HttpFailure e) {
            return false; // The reading thread finds out why.
        }
    }

    /** Ends the body and waits for the answer's end. */
    End finish() {
        try {
            if (!isOver()) {
                stream.sendEnd();
            }
            return ended.get();
        } catch (HttpFailure e) {
            return broken(Wire.failure(e));
        } catch (InterruptedException | ExecutionException e) {
            stream.close();
            return End.of(interrupted(e));
        }
    }

    /** The connection takes no more; waits for the reason. */
    End broken() {
        return broken(HayloftClientException.local(
                HayloftClientException.NO_ANSWER, "the connection broke while records were sent"));
    }

    private End broken(HayloftClientException otherwise) {
        try {
            return ended.get(REASON_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            stream.close();
            End end = ended.join(); // Its connection is closed now.
            return end.failure().isPresent() ? end : End.of(otherwise);
        } catch (InterruptedException | ExecutionException e) {
            stream.close();
            return End.of(interrupted(e));
        }
    }

    private static HayloftClientException interrupted(Exception cause) {
        return HayloftClientException.local(
                HayloftClientException.NO_ANSWER, "the producer's thread was interrupted", cause);
    }

    private void read() {
        End end = End.of(HayloftClientException.local(
                HayloftClientException.BAD_ANSWER, "the acknowledgements could not be read"));
        try {
            end = readToEnd();
        } catch (HttpFailure e) {
            end = End.of(Wire.failure(e));
        } catch (IOException e) {
            end = End.of(Wire.cut(e));
        } catch (JsonException e) {
            end = End.of(wire.notHayloft(call, e));
        } catch (HayloftClientException e) {
            end = End.of(e);
        } finally {
            if (end.failure().isPresent()) {
                stream.close();
            }
            ended.complete(end);
            queue.wake();
        }
    }

    private End readToEnd() throws IOException {
        HttpAnswer answer = stream.answer();
        if (answer.status() != 200) {
            String after = answer.headers().find("retry-after").orElse("");
            int seconds = after.matches("[0-9]{1,4}") ? Integer.parseInt(after) : 0;
            return new End(Optional.of(wire.problem(call, answer)), OptionalLong.empty(), seconds);
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonObject object = JsonValue.parse(line).asObject();
            if (object.find("error").isPresent()) {
                queue.acknowledged(firstNumber + object.number("acked"));
                return refusal(object);
            }
            if (object.find("done").isPresent()) {
                queue.acknowledged(firstNumber + object.number("records"));
                answer.close();
                return new End(Optional.empty(), OptionalLong.empty(), 0);
            }
            queue.acknowledged(firstNumber + object.number("acked"));
        }
        throw HayloftClientException.local(
                HayloftClientException.CUT_BODY, "the acknowledgements were cut off: their last line did not come");
    }

    private End refusal(JsonObject line) {
        JsonObject problem = line.get("error").asObject();
        int status = (int) problem.number("status");
        HayloftClientException failure = HayloftClientException.ofProblem(
                status,
                problem.toString(),
                problem.find("instance").map(JsonValue::asText).orElse(""),
                "the server refused a record");
        boolean isOfRecord = status == 400 || status == 413;
        OptionalLong record = isOfRecord ? OptionalLong.of(firstNumber + line.number("record")) : OptionalLong.empty();
        return new End(Optional.of(failure), record, 0);
    }
}
