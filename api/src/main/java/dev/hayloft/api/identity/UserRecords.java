package dev.hayloft.api.identity;

import dev.hayloft.model.error.CorruptionException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Users as records of the store, and back: {@code user/NAME} with {@code format=1}, {@code createdAt} (milliseconds),
 * {@code grant.N=PATTERN ACCESS,…} and {@code key.ACCESSKEY=CREATEDAT DIGEST}. Pure functions.
 */
final class UserRecords {
    static final String PREFIX = "user/";
    private static final String GRANT = "grant.";
    private static final String KEY = "key.";
    private static final String FORMAT = "1";

    private UserRecords() {}

    static Map<String, String> encode(User user) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("createdAt", Long.toString(user.createdAt().toEpochMilli()));
        for (int i = 0; i < user.grants().size(); i++) {
            Grant grant = user.grants().get(i);
            String access = grant.access().stream().map(Access::wireName).collect(Collectors.joining(","));
            fields.put(GRANT + i, grant.bucket() + " " + access);
        }
        for (User.Key key : user.keys()) {
            fields.put(KEY + key.accessKey(), key.createdAt().toEpochMilli() + " " + key.digest());
        }
        return fields;
    }

    static User decode(String name, Map<String, String> fields) {
        if (!FORMAT.equals(fields.get("format"))) {
            throw new CorruptionException("A user's record is not of a format this version reads.").with("user", name);
        }
        try {
            List<Grant> grants = new ArrayList<>();
            for (int i = 0; fields.containsKey(GRANT + i); i++) {
                String[] parts = fields.getOrDefault(GRANT + i, "").split(" ");
                Set<Access> access = EnumSet.noneOf(Access.class);
                for (String word : parts[1].split(",")) {
                    access.add(Access.find(word).orElseThrow());
                }
                grants.add(new Grant(parts[0], access));
            }
            List<User.Key> keys = new ArrayList<>();
            fields.forEach((field, value) -> {
                if (field.startsWith(KEY)) {
                    String[] parts = value.split(" ");
                    Instant createdAt = Instant.ofEpochMilli(Long.parseLong(parts[0]));
                    keys.add(new User.Key(field.substring(KEY.length()), createdAt, parts[1], Optional.empty()));
                }
            });
            keys.sort(Comparator.comparing(User.Key::createdAt).thenComparing(User.Key::accessKey));
            Instant createdAt = Instant.ofEpochMilli(Long.parseLong(fields.getOrDefault("createdAt", "")));
            return new User(name, createdAt, grants, keys);
        } catch (RuntimeException e) { // Whatever it trips over: the record is not what encode wrote.
            throw new CorruptionException("A user's record cannot be read.", e).with("user", name);
        }
    }
}
