package dev.hayloft.cli.place;

import dev.hayloft.client.Utf8Order;
import dev.hayloft.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in memory, gone when the command ends: to read all of another place once, or to stand before a slow one. */
final class MemoryPlace implements Place {
    private record Stored(ByteBuffer content, Map<String, String> headers) {}

    private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>(Utf8Order.INSTANCE);

    @Override
    public String name() {
        return "memory:";
    }

    @Override
    public Iterator<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        objects.forEach((key, stored) -> entries.add(new Entry(
                key,
                stored.content().remaining(),
                Optional.of(Sha256.of(stored.content().duplicate())))));
        return entries.iterator();
    }

    @Override
    public Optional<Blob> open(String key) {
        return Optional.ofNullable(objects.get(key))
                .map(stored -> new Blob(
                        new ByteArrayInputStream(stored.content().array()),
                        stored.content().remaining(),
                        stored.headers()));
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream((int) Math.min(blob.sizeBytes(), Integer.MAX_VALUE));
        blob.copyTo(content);
        objects.put(key, new Stored(ByteBuffer.wrap(content.toByteArray()), Map.copyOf(blob.headers())));
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    @Override
    public void close() {
        objects.clear();
    }
}
