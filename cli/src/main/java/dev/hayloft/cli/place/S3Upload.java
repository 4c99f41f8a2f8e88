package dev.hayloft.cli.place;

import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;

/**
 * A large object on its way to S3: each full part is sent while the stream is written, and the object appears when the
 * upload is completed. Closed before, the upload is aborted and nothing of it stays. <i>Threads:</i> one.
 */
final class S3Upload extends OutputStream {
    private final S3Client client;
    private final String bucket;
    private final String key;
    private final Optional<Sha256> expected;
    private final String uploadId;
    private final byte[] part;
    private final List<CompletedPart> parts = new ArrayList<>();
    private final MessageDigest digest = Sha256.newDigest();
    private int filled;
    private boolean completed;

    private S3Upload(
            S3Client client, String bucket, String key, Optional<Sha256> expected, String uploadId, int partSize) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.expected = expected;
        this.uploadId = uploadId;
        this.part = new byte[partSize];
    }

    /** Begins an upload; a digest that the blob's source states goes along, and is checked before the end. */
    static S3Upload begin(S3Client client, String bucket, String key, Blob blob, int partSize) {
        Optional<Sha256> expected = blob.sha256();
        CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .metadata(S3Headers.metadata(blob.headers(), expected, blob.sizeBytes()));
        S3Headers.contentType(blob.headers()).ifPresent(request::contentType);
        String uploadId = client.createMultipartUpload(request.build()).uploadId();
        return new S3Upload(client, bucket, key, expected, uploadId, partSize);
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int size) {
        int taken = 0;
        while (taken < size) {
            if (filled == part.length) {
                send();
            }
            int count = Math.min(size - taken, part.length - filled);
            System.arraycopy(source, offset + taken, part, filled, count);
            filled += count;
            taken += count;
        }
    }

    private void send() {
        digest.update(part, 0, filled);
        int number = parts.size() + 1;
        String etag = client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(key)
                                .uploadId(uploadId)
                                .partNumber(number)
                                .contentMD5(md5(part, filled)),
                        S3Place.body(part, filled))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        filled = 0;
    }

    /** Makes all that was written the object. */
    void complete() throws IOException {
        send();
        Sha256 actual = Sha256.of(digest);
        if (expected.isPresent() && !expected.get().equals(actual)) {
            throw new IOException("the content has the SHA-256 " + actual.hex() + " instead of "
                    + expected.get().hex() + ": it was damaged on its way; copy it again");
        }
        client.completeMultipartUpload(request ->
                request.bucket(bucket).key(key).uploadId(uploadId).multipartUpload(upload -> upload.parts(parts)));
        completed = true;
    }

    @Override
    public void close() {
        if (!completed) {
            client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(uploadId));
        }
    }

    /** The header that every S3 checks content by. */
    static String md5(byte[] bytes, int size) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5"); // Against damage on the way, not against forgery.
            md5.update(bytes, 0, size);
            return Base64.getEncoder().encodeToString(md5.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
