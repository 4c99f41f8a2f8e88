package dev.hayloft.cli.place;

import dev.hayloft.cli.place.SqlitePlace.Table;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import dev.hayloft.client.HayloftClient;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Places as typed. */
public final class Places {
    /** For the help of verbs: one line each. */
    public static final String FORMS =
            "A place is BUCKET[/PREFIX]; http[s]://ACCESS:SECRET@HOST:PORT/BUCKET[/PREFIX] of"
                    + " another server; a folder (folder:DIR, or a path that begins with / or .); hashed:DIR; zip:FILE;"
                    + " sqlite:FILE[?table=T&key=K&value=V];"
                    + " s3:BUCKET[/PREFIX][?endpoint=URL&region=R]; container:DIR (disk-objectstore or rsdos, to read);"
                    + " memory:; mirror:PLACE,PLACE (both hold all); cache:SIZE,NEAR,FAR (what was read stays near).";

    private final Session session;

    public Places(Session session) {
        this.session = session;
    }

    /**
     * Opens a place.
     *
     * @param write whether it is made where it is missing; a bucket must exist
     */
    public Place open(String text, boolean write) throws IOException {
        if (text.startsWith("http://") || text.startsWith("https://")) {
            return elsewhere(text);
        }
        if (text.startsWith("/") || text.startsWith("./") || text.startsWith("../") || text.equals(".")) {
            return new FolderPlace(session.path(text));
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return bucket(session.client(), false, address(text));
        }
        String rest = text.substring(colon + 1);
        if (rest.isEmpty() && !text.equals("memory:")) {
            throw new CommandFailure("\"" + text + "\" names no file or folder. " + FORMS);
        }
        return switch (text.substring(0, colon)) {
            case "folder" -> new FolderPlace(session.path(rest));
            case "hashed" -> HashedFolderPlace.open(session.path(rest));
            case "zip" -> ZipPlace.open(session.path(rest), write);
            case "sqlite" -> sqlite(rest, write);
            case "memory" -> new MemoryPlace();
            case "mirror" -> mirror(rest, write);
            case "cache" -> cache(rest, write);
            case "s3" -> S3Place.open(S3Address.of(rest, session.environment()));
            case "container" -> ContainerPlace.open(session.path(rest));
            default -> throw new CommandFailure("\"" + text + "\" is no place. " + FORMS);
        };
    }

    private Place mirror(String rest, boolean write) throws IOException {
        List<String> parts = PlaceText.parts(rest, Integer.MAX_VALUE);
        if (parts.size() < 2) {
            throw new CommandFailure(
                    "\"mirror:" + rest + "\" names one place; a mirror needs two, with a comma between");
        }
        return new MirrorPlace(openAll(parts, write));
    }

    private Place cache(String rest, boolean write) throws IOException {
        List<String> parts = PlaceText.parts(rest, 3);
        if (parts.size() < 3) {
            throw new CommandFailure("\"cache:" + rest + "\" is no cache; write cache:SIZE,NEAR,FAR");
        }
        long sizeMaxBytes;
        try {
            sizeMaxBytes = Figures.parseBytes(parts.get(0));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(FailureText.message(e), e);
        }
        List<Place> pair = new ArrayList<>(openAll(List.of(parts.get(1)), true));
        boolean opened = false;
        try {
            pair.add(open(parts.get(2), write));
            Place place = CachePlace.open(pair.get(0), pair.get(1), sizeMaxBytes);
            opened = true;
            return place;
        } finally {
            if (!opened) {
                PlaceText.closeAll(pair);
            }
        }
    }

    private List<Place> openAll(List<String> texts, boolean write) throws IOException {
        List<Place> places = new ArrayList<>();
        try {
            for (String text : texts) {
                places.add(open(text, write));
            }
            return places;
        } finally {
            if (places.size() < texts.size()) {
                PlaceText.closeAll(places);
            }
        }
    }

    private static ObjectAddress address(String text) {
        try {
            return ObjectAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("\"" + text + "\" is no place. " + FORMS, e);
        }
    }

    private static Place bucket(HayloftClient client, boolean owned, ObjectAddress address) {
        client.bucket(address.bucket()); // A missing bucket is told before anything is done.
        return new BucketPlace(client, owned, address.bucket(), address.folder());
    }

    private static Place elsewhere(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new CommandFailure("\"" + withoutKey(text) + "\" is no URL: " + e.getReason());
        }
        String path = Optional.ofNullable(uri.getPath()).orElse("");
        if (path.length() < 2 || uri.getHost() == null) {
            throw new CommandFailure(
                    "\"" + withoutKey(text) + "\" names no bucket; write http://HOST:PORT/BUCKET[/PREFIX]");
        }
        URI server =
                URI.create(uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
        ClientConfig config = ClientConfig.of(server);
        String key = Optional.ofNullable(uri.getUserInfo()).orElse("");
        int colon = key.indexOf(':');
        if (colon > 0) {
            config = config.withCredentials(Credentials.key(key.substring(0, colon), key.substring(colon + 1)));
        }
        HayloftClient client = HayloftClient.open(config);
        boolean opened = false;
        try {
            Place place = bucket(client, true, address(path.substring(1)));
            opened = true;
            return place;
        } finally {
            if (!opened) {
                client.close();
            }
        }
    }

    /** As typed, without what stands before the {@code @}: messages go into logs. */
    private static String withoutKey(String url) {
        return url.replaceFirst("//[^/]*@", "//");
    }

    private Place sqlite(String rest, boolean write) throws IOException {
        PlaceText text = PlaceText.of(rest, "table", "key", "value");
        Table standard = Table.standard();
        Table table = new Table(
                text.find("table").orElse(standard.table()),
                text.find("key").orElse(standard.key()),
                text.find("value").orElse(standard.value()));
        return SqlitePlace.open(session.path(text.path()), table, write);
    }
}
