package dev.hayloft.api.identity;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.StoreRecords;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The users: a view over the store's records, and the only way to change them. The root key stands beside them: it is
 * in no record and cannot be changed here.
 *
 * <p><i>Threads:</i> finding any; changes one at a time, by the lock, which is held while the disk is waited for: they
 * are rare.
 */
public final class Users {
    /** The name that goes with the root key; nobody else can have it. */
    public static final String ROOT = "root";

    static final int USERS_MAX = 100_000;
    static final int KEYS_MAX = 100;
    static final int GRANTS_MAX = 1000;

    private static final String USED = "user-used/";
    private static final int NAME_LENGTH_MAX = 64;

    private final StoreRecords records;
    private final Secrets secrets;
    private final SecureRandom random;
    private final InstantSource clock;
    private final KeyHolder root;
    private volatile View view; // Written under the lock; every read sees one whole state.

    /** One state of everything. Never changed, only replaced. */
    static final class View {
        private final TreeMap<String, User> users;
        private final Map<String, KeyHolder> holders = new HashMap<>();

        private View(TreeMap<String, User> users) {
            this.users = users;
        }
    }

    /**
     * A made key, the only time that its secret is known.
     *
     * @param user with the key
     * @param pair the key and its secret
     */
    public record Made(User user, KeyPair pair) {}

    private Users(StoreRecords records, Secrets secrets, KeyPair rootPair, SecureRandom random, InstantSource clock) {
        this.records = records;
        this.secrets = secrets;
        this.random = random;
        this.clock = clock;
        Identity everything = new Identity(ROOT, rootPair.accessKey(), List.of(), true, Long.MAX_VALUE);
        this.root = new KeyHolder(everything, secrets.digest(rootPair.secretKey()), new KeyHolder.Use(0));
        this.view = new View(new TreeMap<>());
    }

    /** Reads what the store has. */
    public static Users open(
            StoreRecords records, Secrets secrets, KeyPair rootPair, SecureRandom random, InstantSource clock) {
        Users users = new Users(records, secrets, rootPair, random, clock);
        TreeMap<String, User> read = new TreeMap<>();
        records.readAll(UserRecords.PREFIX).forEach((name, fields) -> read.put(name, UserRecords.decode(name, fields)));
        Map<String, KeyHolder.Use> uses = new HashMap<>();
        records.readAll(USED)
                .forEach((name, fields) -> fields.forEach(
                        (accessKey, millis) -> uses.put(accessKey, new KeyHolder.Use(Long.parseLong(millis)))));
        users.replace(read, uses);
        return users;
    }

    private void replace(TreeMap<String, User> users, Map<String, KeyHolder.Use> uses) {
        View next = new View(users);
        View before = view;
        for (User user : users.values()) {
            for (User.Key key : user.keys()) {
                KeyHolder known = before.holders.get(key.accessKey());
                KeyHolder.Use use =
                        known == null ? uses.getOrDefault(key.accessKey(), new KeyHolder.Use(0)) : known.use();
                byte[] digest = HexFormat.of().parseHex(key.digest());
                next.holders.put(key.accessKey(), new KeyHolder(Identity.of(user, key.accessKey()), digest, use));
            }
        }
        next.holders.put(root.identity().accessKey(), root);
        view = next;
    }

    /** What an access key stands for. */
    Optional<KeyHolder> holder(String accessKey) {
        return Optional.ofNullable(view.holders.get(accessKey));
    }

    /** The present state; another object after every change. */
    View view() {
        return view;
    }

    /** All users, by name. */
    public List<User> all() {
        View now = view;
        return now.users.values().stream().map(user -> shown(now, user)).toList();
    }

    /**
     * A user.
     *
     * @throws RequestException {@code no-such-user}
     */
    public User require(String name) {
        View now = view;
        User user = now.users.get(name);
        if (user == null) {
            throw new RequestException(ErrorCode.NO_SUCH_USER, "There is no such user.").with("user", name);
        }
        return shown(now, user);
    }

    private static User shown(View now, User user) {
        List<User.Key> keys = new ArrayList<>();
        for (User.Key key : user.keys()) {
            KeyHolder holder = now.holders.get(key.accessKey());
            Optional<Instant> used =
                    holder == null ? Optional.empty() : holder.use().at();
            keys.add(new User.Key(key.accessKey(), key.createdAt(), key.digest(), used));
        }
        return user.withKeys(keys);
    }

    /**
     * Makes a user with a first key. Durable at return, as all changes.
     *
     * @throws RequestException {@code conflict} when there is one of this name, {@code bad-parameter} when nobody can
     *     have it
     */
    public synchronized Made create(String name, List<Grant> grants) {
        requireName(name);
        requireFew(grants);
        if (name.equals(ROOT) || view.users.containsKey(name)) {
            throw new RequestException(ErrorCode.CONFLICT, "There is a user of this name.").with("user", name);
        }
        if (view.users.size() >= USERS_MAX) {
            throw new CapacityException(ErrorCode.QUOTA_EXCEEDED, "The store has as many users as it may.")
                    .with("users", USERS_MAX);
        }
        KeyPair pair = freshPair();
        User user = new User(name, now(), grants, List.of(key(pair)));
        write(user);
        return new Made(user, pair);
    }

    /** Replaces a user's grants. */
    public synchronized User grant(String name, List<Grant> grants) {
        requireFew(grants);
        write(require(name).withGrants(grants));
        return require(name);
    }

    /** Deletes a user and all its keys. */
    public synchronized void delete(String name) {
        require(name);
        records.delete(UserRecords.PREFIX + name);
        records.delete(USED + name);
        TreeMap<String, User> users = new TreeMap<>(view.users);
        users.remove(name);
        replace(users, Map.of());
    }

    /** Makes one more key. */
    public synchronized Made addKey(String name) {
        User before = require(name);
        if (before.keys().size() >= KEYS_MAX) {
            throw new RequestException(ErrorCode.CONFLICT, "The user has as many keys as a user may; remove one first.")
                    .with("user", name)
                    .with("keys", KEYS_MAX);
        }
        KeyPair pair = freshPair();
        List<User.Key> keys = new ArrayList<>(before.keys());
        keys.add(key(pair));
        User after = before.withKeys(keys);
        write(after);
        return new Made(after, pair);
    }

    /** Removes a key; what was made with it (tokens, links) ends too. */
    public synchronized void removeKey(String name, String accessKey) {
        User before = require(name);
        List<User.Key> keys = new ArrayList<>(before.keys());
        if (!keys.removeIf(key -> key.accessKey().equals(accessKey))) {
            throw new RequestException(ErrorCode.NOT_FOUND, "The user has no such access key.")
                    .with("user", name)
                    .with("accessKey", accessKey);
        }
        write(before.withKeys(keys));
    }

    private void write(User user) {
        records.write(UserRecords.PREFIX + user.name(), UserRecords.encode(user));
        TreeMap<String, User> users = new TreeMap<>(view.users);
        users.put(user.name(), user);
        replace(users, Map.of());
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private KeyPair freshPair() {
        KeyPair pair = KeyPair.random(random);
        while (view.holders.containsKey(pair.accessKey())) {
            pair = KeyPair.random(random);
        }
        return pair;
    }

    private User.Key key(KeyPair pair) {
        String digest = HexFormat.of().formatHex(secrets.digest(pair.secretKey()));
        return new User.Key(pair.accessKey(), now(), digest, Optional.empty());
    }

    private static void requireName(String name) {
        boolean good = !name.isEmpty() && name.length() <= NAME_LENGTH_MAX;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            good &= alphanumeric || (i > 0 && (c == '.' || c == '_' || c == '@' || c == '-'));
        }
        if (!good) {
            throw new RequestException(
                            ErrorCode.BAD_PARAMETER,
                            "A user's name has 1 to 64 of letters, digits and . _ @ - and begins with a letter or digit.")
                    .with("parameter", "name");
        }
    }

    private static void requireFew(List<Grant> grants) {
        if (grants.size() > GRANTS_MAX) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A user has too many grants.")
                    .with("parameter", "grants")
                    .with("maximum", GRANTS_MAX);
        }
    }

    /** Keeps when keys were last used, as far as that is not kept yet. */
    public synchronized void saveUse() {
        View now = view;
        for (User user : now.users.values()) {
            Map<String, String> fields = new TreeMap<>();
            boolean changed = false;
            for (User.Key key : user.keys()) {
                KeyHolder holder = now.holders.get(key.accessKey());
                if (holder != null && holder.use().at().isPresent()) {
                    changed |= holder.use().takeUnsaved();
                    long millis = holder.use().at().get().toEpochMilli();
                    fields.put(key.accessKey(), Long.toString(millis));
                }
            }
            if (changed) {
                records.write(USED + user.name(), fields);
            }
        }
    }
}
