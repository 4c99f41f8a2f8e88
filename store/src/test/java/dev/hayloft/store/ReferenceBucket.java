package dev.hayloft.store;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A bucket as lists in memory, one per key, the newest version first: what the store must answer, whatever it does to
 * its bytes. Numbers of versions come from the store.
 */
final class ReferenceBucket {
    /** The number of a version that the store has not told yet. */
    static final long UNKNOWN = -1;

    /** A version; a marker has no content. */
    static final class Known {
        private long number;
        private final boolean kept;
        private final boolean marker;
        private final byte[] content;
        private final List<Sha256> parts;
        private final ObjectAttributes attributes;
        private final long expiresAtMillis;

        private Known(
                long number,
                boolean kept,
                boolean marker,
                byte[] content,
                List<Sha256> parts,
                ObjectAttributes attributes,
                long expiresAtMillis) {
            this.number = number;
            this.kept = kept;
            this.marker = marker;
            this.content = content;
            this.parts = List.copyOf(parts);
            this.attributes = attributes;
            this.expiresAtMillis = expiresAtMillis;
        }

        /** Content that comes with one write. */
        static Known of(byte[] content, ObjectAttributes attributes, long expiresAtMillis) {
            return new Known(UNKNOWN, false, false, content, List.of(), attributes, expiresAtMillis);
        }

        private static Known marker(long number, boolean kept) {
            return new Known(number, kept, true, new byte[0], List.of(), ObjectAttributes.NONE, Long.MAX_VALUE);
        }

        /** The same under another number. */
        Known as(long otherNumber, boolean otherKept) {
            return new Known(otherNumber, otherKept, marker, content, parts, attributes, expiresAtMillis);
        }

        /** The same with other attributes. */
        Known with(ObjectAttributes other) {
            return new Known(number, kept, marker, content, parts, other, expiresAtMillis);
        }

        /** The same with another end. */
        Known until(long otherMillis) {
            return new Known(number, kept, marker, content, parts, attributes, otherMillis);
        }

        /** With a part behind it; {@code untilMillis} is its end. */
        Known plus(byte[] part, long untilMillis) {
            byte[] whole = new byte[content.length + part.length];
            System.arraycopy(content, 0, whole, 0, content.length);
            System.arraycopy(part, 0, whole, content.length, part.length);
            List<Sha256> all = new ArrayList<>(parts.isEmpty() ? List.of(digest(content)) : parts);
            all.add(digest(part));
            return new Known(number, kept, marker, whole, all, attributes, untilMillis);
        }

        /** An object that begins with an append. */
        static Known begun(byte[] part, ObjectAttributes attributes, long expiresAtMillis) {
            return new Known(UNKNOWN, false, false, part, List.of(digest(part)), attributes, expiresAtMillis);
        }

        private static Sha256 digest(byte[] content) {
            return Sha256.of(ByteBuffer.wrap(content));
        }

        String etag() {
            if (parts.isEmpty()) {
                return digest(content).hex();
            }
            ByteBuffer digests = ByteBuffer.allocate(parts.size() * Sha256.SIZE);
            parts.forEach(part -> part.writeTo(digests));
            return Sha256.of(digests.flip()).hex() + "-" + parts.size();
        }

        boolean isExpired(long nowMillis) {
            return expiresAtMillis <= nowMillis;
        }

        long number() {
            return number;
        }

        boolean isMarker() {
            return marker;
        }

        byte[] content() {
            return content;
        }

        ObjectAttributes attributes() {
            return attributes;
        }

        long expiresAtMillis() {
            return expiresAtMillis;
        }
    }

    private final TreeMap<ObjectKey, List<Known>> keys = new TreeMap<>();
    private BucketSettings settings;

    ReferenceBucket(BucketSettings settings) {
        this.settings = settings;
    }

    BucketSettings settings() {
        return settings;
    }

    void change(BucketSettings other) {
        settings = other;
    }

    private int versionsMax() {
        return settings.maxVersions().orElse(0);
    }

    /** Versions of a key, the newest first; may be changed by this class only. */
    List<Known> versions(ObjectKey key) {
        return keys.computeIfAbsent(key, unused -> new ArrayList<>());
    }

    TreeMap<ObjectKey, List<Known>> keys() {
        return keys;
    }

    List<Known> all() {
        return keys.values().stream().flatMap(List::stream).toList();
    }

    /** What a read finds. */
    Optional<Known> visible(ObjectKey key, long nowMillis) {
        return versions(key).stream().findFirst().filter(head -> !head.marker && !head.isExpired(nowMillis));
    }

    /** A new version comes on top. */
    void put(ObjectKey key, Known known, long number) {
        List<Known> versions = versions(key);
        boolean keep = settings.versioning();
        boolean replaced = !keep && versions.removeIf(version -> !version.kept);
        versions.add(0, known.as(number, keep));
        if (versionsMax() > 0 && !replaced && versions.size() > versionsMax()) {
            versions.subList(versionsMax(), versions.size()).clear();
        }
    }

    /** A new version takes the place of the newest, which goes even where versions are kept. */
    void supersede(ObjectKey key, Known known, long number) {
        List<Known> versions = versions(key);
        boolean keep = settings.versioning();
        versions.remove(0);
        if (!keep) {
            versions.removeIf(version -> !version.kept);
        }
        versions.add(0, known.as(number, keep));
    }

    /** Deletes what a read finds; the marker's number is empty where there should be none. */
    boolean delete(ObjectKey key, OptionalLong marker) {
        List<Known> versions = versions(key);
        if (settings.versioning()) {
            boolean markerBefore = !versions.isEmpty() && versions.get(0).marker;
            versions.add(0, Known.marker(marker.orElseThrow(), true));
            boolean surplus = versionsMax() > 0 && versions.size() > versionsMax() + 1;
            if (surplus && markerBefore) {
                versions.remove(1);
            } else if (surplus) {
                versions.subList(versionsMax() + 1, versions.size()).clear();
            }
            return true;
        }
        if (!versions.isEmpty() && versions.get(0).marker && !versions.get(0).kept) {
            return marker.isPresent() && marker.getAsLong() == versions.get(0).number;
        }
        if (versions.size() > 1 || (!versions.isEmpty() && versions.get(0).kept)) {
            versions.removeIf(version -> !version.kept);
            versions.add(0, Known.marker(marker.orElseThrow(), false));
            return true;
        }
        versions.clear();
        return marker.isEmpty();
    }

    /** Whether a delete leaves a marker on top, or one is there that says all. */
    boolean leavesMarker(ObjectKey key) {
        List<Known> versions = versions(key);
        return settings.versioning()
                || versions.size() > 1
                || (versions.size() == 1 && (versions.get(0).kept || versions.get(0).marker));
    }

    void deleteVersion(ObjectKey key, long number) {
        versions(key).removeIf(version -> version.number == number);
    }

    void purge(ObjectKey key) {
        versions(key).clear();
    }

    /** All versions get another key, what stood there goes; their new numbers are not known. */
    void rename(ObjectKey from, ObjectKey to, long nowMillis) {
        List<Known> moved = new ArrayList<>();
        List<Known> versions = versions(from);
        for (Known version : versions.subList(1, versions.size())) {
            if (version.marker || !version.isExpired(nowMillis)) {
                moved.add(version.as(UNKNOWN, true));
            }
        }
        Known newest = versions.get(0);
        purge(to);
        versions(to).addAll(moved);
        if (newest.kept) {
            versions(to).add(0, newest.as(UNKNOWN, true));
        } else {
            put(to, newest, UNKNOWN);
        }
        purge(from);
    }

    /** Numbers that the store has given. */
    void number(ObjectKey key, List<Long> numbers) {
        List<Known> versions = versions(key);
        for (int i = 0; i < Math.min(versions.size(), numbers.size()); i++) {
            Known version = versions.get(i);
            version.number = version.number == UNKNOWN ? numbers.get(i) : version.number;
        }
    }

    /** Whether a key has a version whose number the store has not told. */
    boolean hasUnknown(ObjectKey key) {
        return versions(key).stream().anyMatch(version -> version.number == UNKNOWN);
    }

    boolean isDue(long nowMillis) {
        return all().stream().anyMatch(version -> version.isExpired(nowMillis));
    }

    /** What is due goes; where that would bring an object up, a marker comes. */
    void expire(long nowMillis) {
        keys.values().forEach(versions -> expire(versions, nowMillis));
    }

    private static void expire(List<Known> versions, long now) {
        List<Known> due = versions.stream()
                .filter(version -> version.isExpired(now))
                .sorted(Comparator.<Known>comparingLong(version -> version.expiresAtMillis)
                        .thenComparingLong(version -> version.number))
                .toList();
        for (Known version : due) {
            boolean isNewest = Objects.equals(versions.get(0), version);
            boolean hides = versions.stream()
                    .skip(1)
                    .filter(older -> !older.isExpired(now))
                    .findFirst()
                    .filter(older -> !older.marker)
                    .isPresent();
            versions.remove(version);
            if (isNewest && hides) {
                versions.add(0, Known.marker(UNKNOWN, version.kept));
            }
        }
    }
}
