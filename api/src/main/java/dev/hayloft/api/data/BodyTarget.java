package dev.hayloft.api.data;

import dev.hayloft.model.Sha256;
import dev.hayloft.store.AppendRequest;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.Upload;
import dev.hayloft.store.WriteResult;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** What a request's body becomes. */
interface BodyTarget {
    /** All of a body of at most {@link ObjectStore#EXTENT_SIZE} bytes. */
    CompletionStage<WriteResult> whole(ByteBuffer content, Sha256 sha256);

    /** Begins a longer one. */
    Upload start();

    /** An object. */
    static BodyTarget put(ObjectStore store, PutRequest request) {
        return new BodyTarget() {
            @Override
            public CompletionStage<WriteResult> whole(ByteBuffer content, Sha256 sha256) {
                return store.put(request, content, sha256);
            }

            @Override
            public Upload start() {
                return store.startUpload(request);
            }
        };
    }

    /** A part of an object. */
    static BodyTarget append(ObjectStore store, AppendRequest request) {
        return new BodyTarget() {
            @Override
            public CompletionStage<WriteResult> whole(ByteBuffer content, Sha256 sha256) {
                return store.verbs().append(request, content, sha256);
            }

            @Override
            public Upload start() {
                return store.verbs().startAppend(request);
            }
        };
    }
}
