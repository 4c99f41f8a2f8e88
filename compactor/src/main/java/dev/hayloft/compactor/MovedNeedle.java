package dev.hayloft.compactor;

import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.Stamp;
import java.nio.ByteBuffer;

/**
 * A needle on its way from a volume that goes.
 *
 * @param hash of its key, as its hint says it
 * @param position of the frame it stands in
 * @param offset in that frame
 * @param stamp what it keeps: sequence, version, time
 * @param isDeletion whether it moves because of what it ends, and not because the index points at it
 * @param bytes the whole needle; must not change until the move is done
 */
public record MovedNeedle(KeyHash hash, long position, int offset, Stamp stamp, boolean isDeletion, ByteBuffer bytes) {}
