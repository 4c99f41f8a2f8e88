package dev.hayloft.cli.place;

import dev.hayloft.client.Utf8Order;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Several places that hold the same: written to all of them, read from the first that has the object. It is equal to
 * another place only where each of its copies is: an object that is missing or different in one of them has no digest,
 * so that a sync to the mirror writes it to all again.
 */
final class MirrorPlace implements Place {
    private final List<Place> places;

    /**
     * A mirror, which closes the places.
     *
     * @param places two or more; read in this order
     */
    MirrorPlace(List<Place> places) {
        this.places = List.copyOf(places);
    }

    @Override
    public String name() {
        return "mirror:" + places.stream().map(Place::name).collect(Collectors.joining(","));
    }

    @Override
    public boolean overlaps(Place other) {
        return places.stream().anyMatch(place -> place.overlaps(other) || other.overlaps(place));
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        List<Iterator<Entry>> listings = new ArrayList<>();
        for (Place place : places) {
            listings.add(place.list());
        }
        return new Merged(listings);
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        for (Place place : places) {
            Optional<Blob> found = place.open(key);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The first takes the content, the others read it from there: nothing is held in memory or beside. */
    @Override
    public void put(String key, Blob blob) throws IOException {
        Place first = places.get(0);
        first.put(key, blob);
        for (Place other : places.subList(1, places.size())) {
            try (Blob copy = first.open(key).orElseThrow(() -> gone(key, first))) {
                other.put(key, new Blob(copy.stream(), copy.sizeBytes(), blob.headers()));
            }
        }
    }

    private static IOException gone(String key, Place place) {
        return new IOException("\"" + key + "\" was taken out of " + place.name() + " before all copies were made");
    }

    @Override
    public void delete(String key) throws IOException {
        for (Place place : places) {
            place.delete(key);
        }
    }

    @Override
    public Optional<Sha256> digest(Entry entry) throws IOException {
        if (entry.sha256().isPresent()) {
            return entry.sha256();
        }
        Optional<Sha256> agreed = Optional.empty();
        for (Place place : places) {
            Optional<Sha256> digest = place.digest(entry);
            if (digest.isEmpty() || (agreed.isPresent() && !agreed.equals(digest))) {
                return Optional.empty();
            }
            agreed = digest;
        }
        return agreed;
    }

    @Override
    public void close() throws IOException {
        PlaceText.closeAll(places);
    }

    /** Listings side by side; an entry tells a digest when all of them have it with that digest. */
    private static final class Merged implements Iterator<Entry> {
        private final List<Iterator<Entry>> listings;
        private final List<Optional<Entry>> heads = new ArrayList<>();

        Merged(List<Iterator<Entry>> listings) {
            this.listings = listings;
            listings.forEach(listing -> heads.add(following(listing)));
        }

        private static Optional<Entry> following(Iterator<Entry> listing) {
            return listing.hasNext() ? Optional.of(listing.next()) : Optional.empty();
        }

        @Override
        public boolean hasNext() {
            return heads.stream().anyMatch(Optional::isPresent);
        }

        @Override
        public Entry next() {
            Entry least = heads.stream()
                    .flatMap(Optional::stream)
                    .min((a, b) -> Utf8Order.INSTANCE.compare(a.key(), b.key()))
                    .orElseThrow(NoSuchElementException::new);
            boolean agreed = true;
            for (int i = 0; i < heads.size(); i++) {
                Optional<Entry> head = heads.get(i).filter(entry -> entry.key().equals(least.key()));
                agreed &= head.flatMap(Entry::sha256).equals(least.sha256());
                if (head.isPresent()) {
                    heads.set(i, following(listings.get(i)));
                }
            }
            return agreed ? least : new Entry(least.key(), least.sizeBytes(), Optional.empty());
        }
    }
}
