package dev.hayloft.cli.place;

import dev.hayloft.cli.place.SqlitePlace.Table;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.client.ClientConfig;
import dev.hayloft.client.Credentials;
import dev.hayloft.client.HayloftClient;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Places as typed. */
public final class Places {
    /** For the help of verbs: one line each. */
    public static final String FORMS =
            "A place is BUCKET[/PREFIX]; http[s]://ACCESS:SECRET@HOST:PORT/BUCKET[/PREFIX] of"
                    + " another server; a folder (folder:DIR, or a path that begins with / or .); hashed:DIR; zip:FILE;"
                    + " sqlite:FILE[?table=T&key=K&value=V]; container:DIR (disk-objectstore or rsdos, to read).";

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
        if (rest.isEmpty()) {
            throw new CommandFailure("\"" + text + "\" names no file or folder. " + FORMS);
        }
        return switch (text.substring(0, colon)) {
            case "folder" -> new FolderPlace(session.path(rest));
            case "hashed" -> HashedFolderPlace.open(session.path(rest));
            case "zip" -> ZipPlace.open(session.path(rest), write);
            case "sqlite" -> sqlite(rest, write);
            case "container" -> ContainerPlace.open(session.path(rest));
            default -> throw new CommandFailure("\"" + text + "\" is no place. " + FORMS);
        };
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
            throw new CommandFailure("\"" + text + "\" is no URL: " + e.getReason(), e);
        }
        String path = Optional.ofNullable(uri.getPath()).orElse("");
        if (path.length() < 2 || uri.getHost() == null) {
            throw new CommandFailure("\"" + text + "\" names no bucket; write http://HOST:PORT/BUCKET[/PREFIX]");
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

    private Place sqlite(String rest, boolean write) throws IOException {
        int mark = rest.indexOf('?');
        Table standard = Table.standard();
        Map<String, String> names = new LinkedHashMap<>();
        names.put("table", standard.table());
        names.put("key", standard.key());
        names.put("value", standard.value());
        if (mark >= 0) {
            for (String pair : rest.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                if (equals < 0 || names.put(name, pair.substring(equals + 1)) == null) {
                    throw new CommandFailure(
                            "\"" + pair + "\" is not understood; a SQLite file takes" + " ?table=T&key=K&value=V");
                }
            }
        }
        Table table = new Table(named(names, "table"), named(names, "key"), named(names, "value"));
        return SqlitePlace.open(session.path(mark < 0 ? rest : rest.substring(0, mark)), table, write);
    }

    private static String named(Map<String, String> names, String name) {
        return Optional.ofNullable(names.get(name)).orElse("");
    }
}
