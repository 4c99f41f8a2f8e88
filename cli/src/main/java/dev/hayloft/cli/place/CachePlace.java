package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A near place before a far one: what is read stays near until the bound is reached, then what was not read for longest
 * goes. Writes and deletes go to the far place, and the near copy with them. What somebody else changes far away is
 * noticed when a listing shows another length or digest; the near place begins empty and is empty again at the end.
 *
 * <p><i>Threads:</i> as every place; one at a time works on a key.
 */
final class CachePlace implements Place {
    private static final int STRIPES = 64;

    private record Held(long sizeBytes, Optional<Sha256> sha256, Map<String, String> headers) {
        boolean isOf(Entry entry) {
            boolean known = sha256.isPresent() && entry.sha256().isPresent();
            return sizeBytes == entry.sizeBytes() && (!known || sha256.equals(entry.sha256()));
        }
    }

    private final Place near;
    private final Place far;
    private final long sizeMaxBytes;
    private final List<Object> stripes =
            IntStream.range(0, STRIPES).mapToObj(i -> new Object()).toList();
    private final Map<String, Held> held = new LinkedHashMap<>(16, 0.75f, true); // Guarded by itself; by last use.
    private long heldBytes; // Guarded by held.

    private CachePlace(Place near, Place far, long sizeMaxBytes) {
        this.near = near;
        this.far = far;
        this.sizeMaxBytes = sizeMaxBytes;
    }

    /** Opens a cache, which closes both places. */
    static CachePlace open(Place near, Place far, long sizeMaxBytes) throws IOException {
        if (near.list().hasNext()) {
            throw new CommandFailure("refused: " + near.name() + " is not empty; a cache begins with an empty place");
        }
        return new CachePlace(near, far, sizeMaxBytes);
    }

    @Override
    public String name() {
        return "cache:" + near.name() + "," + far.name();
    }

    @Override
    public boolean overlaps(Place other) {
        return far.overlaps(other) || other.overlaps(far);
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        Iterator<Entry> entries = far.list();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Entry next() {
                Entry entry = entries.next();
                dropChanged(entry);
                return entry;
            }
        };
    }

    private void dropChanged(Entry entry) {
        Optional<Held> copy = find(entry.key());
        if (copy.isPresent() && !copy.get().isOf(entry)) {
            try {
                synchronized (stripe(entry.key())) {
                    drop(entry.key());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        synchronized (stripe(key)) {
            Optional<Blob> copy = openNear(key);
            if (copy.isPresent()) {
                return copy;
            }
            Optional<Blob> found = far.open(key);
            if (found.isEmpty() || found.get().sizeBytes() > sizeMaxBytes) {
                return found;
            }
            keep(key, found.get());
            Optional<Blob> kept = openNear(key);
            return kept.isPresent() ? kept : far.open(key); // Others may have needed its room at once.
        }
    }

    private Optional<Blob> openNear(String key) throws IOException {
        Optional<Held> copy = find(key);
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        Optional<Blob> found = near.open(key);
        if (found.isEmpty()) {
            forget(key);
        }
        return found.map(
                blob -> new Blob(blob.stream(), blob.sizeBytes(), copy.get().headers()));
    }

    private void keep(String key, Blob far) throws IOException {
        try (far) {
            near.put(key, far);
        }
        List<String> surplus = hold(key, new Held(far.sizeBytes(), far.sha256(), Map.copyOf(far.headers())));
        for (String old : surplus) {
            near.delete(old); // Whoever reads it still has its stream; whoever comes later asks the far place.
        }
    }

    /** Counts a copy, and answers what has to go for it. */
    private List<String> hold(String key, Held copy) {
        synchronized (held) {
            forget(key);
            held.put(key, copy);
            heldBytes += copy.sizeBytes();
            List<String> surplus = new ArrayList<>();
            Iterator<String> byLastUse = List.copyOf(held.keySet()).iterator();
            while (heldBytes > sizeMaxBytes) {
                String old = byLastUse.next();
                forget(old);
                surplus.add(old);
            }
            return surplus;
        }
    }

    private void forget(String key) {
        synchronized (held) {
            Optional.ofNullable(held.remove(key)).ifPresent(copy -> heldBytes -= copy.sizeBytes());
        }
    }

    private Optional<Held> find(String key) {
        synchronized (held) {
            return Optional.ofNullable(held.get(key));
        }
    }

    private void drop(String key) throws IOException {
        forget(key);
        near.delete(key);
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        synchronized (stripe(key)) {
            far.put(key, blob);
            drop(key);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        synchronized (stripe(key)) {
            far.delete(key);
            drop(key);
        }
    }

    private Object stripe(String key) {
        return stripes.get(Math.floorMod(key.hashCode(), STRIPES));
    }

    @Override
    public void close() throws IOException {
        List<String> keys;
        synchronized (held) {
            keys = List.copyOf(held.keySet());
        }
        try {
            for (String key : keys) {
                drop(key);
            }
        } finally {
            PlaceText.closeAll(List.of(near, far));
        }
    }
}
