package dev.hayloft.api.ciaos;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.Upload;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Writes parts one behind the other as one object, with two extents of memory at most. Blocks. */
final class ValueWriter {
    private final ObjectStore store;

    ValueWriter(ObjectStore store) {
        this.store = store;
    }

    /** A piece of content. */
    interface Part {
        long sizeBytes();

        /** At least one byte, and at most as many, from there on. */
        ByteBuffer read(long offset, int sizeMaxBytes);

        static Part of(ByteBuffer bytes) {
            return new Part() {
                @Override
                public long sizeBytes() {
                    return bytes.limit();
                }

                @Override
                public ByteBuffer read(long offset, int sizeMaxBytes) {
                    return bytes.slice((int) offset, (int) Math.min(sizeMaxBytes, bytes.limit() - offset));
                }
            };
        }

        static Part of(StoredObject object) {
            return new Part() {
                @Override
                public long sizeBytes() {
                    return object.info().sizeBytes();
                }

                @Override
                public ByteBuffer read(long offset, int sizeMaxBytes) {
                    return object.read(offset, sizeMaxBytes);
                }
            };
        }
    }

    /** Writes; the object is durable and readable at return. */
    void write(PutRequest request, List<Part> parts) {
        Reader reader = new Reader(parts);
        long size = parts.stream().mapToLong(Part::sizeBytes).sum();
        if (size <= ObjectStore.EXTENT_SIZE) {
            await(store.put(request, reader.fill(ByteBuffer.allocate((int) size))));
            return;
        }
        MessageDigest sha256 = Sha256.newDigest();
        ByteBuffer[] buffers = {
            ByteBuffer.allocate(ObjectStore.EXTENT_SIZE), ByteBuffer.allocate(ObjectStore.EXTENT_SIZE)
        };
        List<CompletableFuture<Void>> written = new ArrayList<>(
                List.of(CompletableFuture.completedFuture(null), CompletableFuture.completedFuture(null)));
        try (Upload upload = store.startUpload(request)) {
            long left = size;
            for (int turn = 0; left > 0; turn = 1 - turn) {
                await(written.get(turn)); // Its buffer is ours again.
                ByteBuffer extent = reader.fill(buffers[turn].clear());
                sha256.update(extent.duplicate());
                left -= extent.remaining();
                written.set(turn, upload.write(extent).toCompletableFuture());
            }
            await(written.get(0));
            await(written.get(1));
            await(upload.commit(Sha256.of(sha256)));
        }
    }

    /** The value of a stage; a failure of ours is thrown as it is. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof HayloftException ours) {
                throw ours;
            }
            throw e;
        }
    }

    /** Walks the parts. */
    private static final class Reader {
        private final List<Part> parts;
        private int index;
        private long offset;

        Reader(List<Part> parts) {
            this.parts = parts;
        }

        /** Fills the buffer as far as there is content; flipped. */
        ByteBuffer fill(ByteBuffer target) {
            while (target.hasRemaining() && index < parts.size()) {
                Part part = parts.get(index);
                if (offset == part.sizeBytes()) {
                    index++;
                    offset = 0;
                } else {
                    ByteBuffer piece = part.read(offset, target.remaining());
                    offset += piece.remaining();
                    target.put(piece);
                }
            }
            return target.flip();
        }
    }
}
