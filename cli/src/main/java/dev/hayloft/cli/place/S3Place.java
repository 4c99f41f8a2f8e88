package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.client.Utf8Order;
import dev.hayloft.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The keys of an S3 bucket that begin with a prefix.
 *
 * <p><i>Digests:</i> an ETag is never taken for one. An object that was written here with a known SHA-256 carries it,
 * and its length, in its user metadata; where the length still fits, that digest counts. All others are read.
 *
 * <p><i>Memory:</i> content passes in parts; all workers together hold {@value #BUDGET_MIB} MiB of them.
 */
final class S3Place implements Place {
    private static final int BUDGET_MIB = 64;
    private static final int PART_SIZE_MIN = 8 << 20;
    private static final int PART_SIZE_MAX = BUDGET_MIB << 20;
    private static final int PARTS_MAX = 10_000; // Of S3.
    private static final int NOT_FOUND = 404;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

    private final S3Address address;
    private final S3Client client;
    private final Semaphore budget = new Semaphore(BUDGET_MIB, true);

    private S3Place(S3Address address, S3Client client) {
        this.address = address;
        this.client = client;
    }

    /**
     * Opens a bucket that is there.
     *
     * @throws CommandFailure when it is not, the key is refused, or nobody answers
     */
    static S3Place open(S3Address address) throws IOException {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(address.region()))
                .credentialsProvider(StaticCredentialsProvider.create(address.credentials()))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(SILENCE_MAX))
                // Other programs' stores know no more than Content-MD5, which is sent with each part.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
                // What counts stands in the environment that the verb was given, not in a file elsewhere.
                .overrideConfiguration(settings ->
                        settings.defaultProfileFile(ProfileFile.aggregator().build()));
        address.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
        S3Place place = new S3Place(address, builder.build());
        boolean opened = false;
        try {
            place.call(
                    "open",
                    () -> place.client.listObjectsV2(
                            request -> request.bucket(address.bucket()).maxKeys(1)));
            opened = true;
            return place;
        } finally {
            if (!opened) {
                place.close();
            }
        }
    }

    @Override
    public String name() {
        return address.toString();
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        return new Listing(call("list", () -> client.listObjectsV2Paginator(request -> request.bucket(address.bucket())
                        .prefix(address.prefix())
                        .encodingType(EncodingType.URL))
                .contents()
                .iterator()));
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        try {
            var content =
                    client.getObject(request -> request.bucket(address.bucket()).key(address.prefix() + key));
            GetObjectResponse head = content.response();
            Map<String, String> headers = S3Headers.read(head.contentType(), head.metadata());
            return Optional.of(new Blob(new Content(content, key), head.contentLength(), headers));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Failure.of("read \"" + key + "\" from", address, e);
        }
    }

    @Override
    public Optional<Sha256> digest(Entry entry) throws IOException {
        try {
            HeadObjectResponse head = client.headObject(
                    request -> request.bucket(address.bucket()).key(address.prefix() + entry.key()));
            Optional<Sha256> stated = S3Headers.digest(head.metadata(), head.contentLength());
            return stated.isPresent() ? stated : Place.super.digest(entry);
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw S3Failure.of("look at \"" + entry.key() + "\" in", address, e);
        } catch (SdkException e) {
            throw S3Failure.of("look at \"" + entry.key() + "\" in", address, e);
        }
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        long partSize = Math.max(PART_SIZE_MIN, roundUp((blob.sizeBytes() + PARTS_MAX - 1) / PARTS_MAX));
        if (partSize > PART_SIZE_MAX) {
            throw new CommandFailure("refused: \"" + key + "\" is larger than 10,000 parts of " + BUDGET_MIB
                    + " MiB, the most that is sent to S3");
        }
        int mebibytes = Math.toIntExact(roundUp(Math.max(1, Math.min(blob.sizeBytes(), partSize))) >> 20);
        budget.acquireUninterruptibly(mebibytes);
        try {
            if (blob.sizeBytes() <= partSize) {
                putWhole(key, blob);
            } else {
                putParts(key, blob, (int) partSize);
            }
        } catch (SdkException e) {
            throw S3Failure.of("write \"" + key + "\" to", address, e);
        } finally {
            budget.release(mebibytes);
        }
    }

    private static long roundUp(long size) {
        return (size + (1 << 20) - 1) >> 20 << 20;
    }

    private void putWhole(String key, Blob blob) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream((int) blob.sizeBytes());
        blob.copyTo(content);
        byte[] bytes = content.toByteArray();
        Sha256 digest = Sha256.of(ByteBuffer.wrap(bytes));
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(address.bucket())
                .key(address.prefix() + key)
                .contentMD5(S3Upload.md5(bytes, bytes.length))
                .metadata(S3Headers.metadata(blob.headers(), Optional.of(digest), bytes.length));
        S3Headers.contentType(blob.headers()).ifPresent(request::contentType);
        client.putObject(request.build(), body(bytes, bytes.length));
    }

    /** These bytes, which are not copied. */
    static RequestBody body(byte[] bytes, int size) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, size), size, "application/octet-stream");
    }

    private void putParts(String key, Blob blob, int partSize) throws IOException {
        try (S3Upload upload = S3Upload.begin(client, address.bucket(), address.prefix() + key, blob, partSize)) {
            blob.copyTo(upload);
            upload.complete();
        }
    }

    @Override
    public void delete(String key) throws IOException {
        call(
                "delete \"" + key + "\" from",
                () -> client.deleteObject(
                        request -> request.bucket(address.bucket()).key(address.prefix() + key)));
    }

    private interface Call<T> {
        T run();
    }

    private <T> T call(String what, Call<T> call) {
        try {
            return call.run();
        } catch (SdkException e) {
            throw S3Failure.of(what, address, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Page after page, in an order that is checked: some servers that speak this protocol do not keep it. */
    private final class Listing implements Iterator<Entry> {
        private final Iterator<S3Object> objects;
        private String last = "";

        Listing(Iterator<S3Object> objects) {
            this.objects = objects;
        }

        @Override
        public boolean hasNext() {
            return call("list", objects::hasNext);
        }

        @Override
        public Entry next() {
            S3Object object = call("list", objects::next);
            if (!last.isEmpty() && Utf8Order.INSTANCE.compare(last, object.key()) >= 0) {
                throw new CommandFailure(
                        "cannot list " + name() + ": the server tells \"" + object.key() + "\" behind \"" + last
                                + "\", not in the order of the keys' bytes, so that nothing can be compared with it");
            }
            last = object.key();
            return new Entry(object.key().substring(address.prefix().length()), object.size(), Optional.empty());
        }
    }

    /** An object's content, whose failures are those of a stream. */
    private final class Content extends FilterInputStream {
        private final String key;

        Content(InputStream stream, String key) {
            super(stream);
            this.key = key;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int size) throws IOException {
            try {
                return super.read(target, offset, size);
            } catch (SdkException e) {
                throw new IOException(
                        "\"" + key + "\" of " + name() + " is damaged or broke off: " + e.getMessage(), e);
            }
        }
    }
}
