package dev.hayloft.client;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;

/** Raw request targets: percent-encoding as RFC 3986 has it. */
final class Targets {
    private static final String HEX = "0123456789ABCDEF";
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private Targets() {}

    static String bucket(String bucket) {
        return "/v1/buckets/" + encoded(bucket, "");
    }

    static String objects(String bucket) {
        return bucket(bucket) + "/objects";
    }

    static String object(String bucket, String key) {
        return objects(bucket) + "/" + encoded(key, "/");
    }

    /** The target with its query; parameters in the map's order. */
    static String query(String target, Map<String, String> parameters) {
        if (parameters.isEmpty()) {
            return target;
        }
        StringJoiner query = new StringJoiner("&", target + "?", "");
        parameters.forEach((name, value) -> query.add(encoded(name, "") + "=" + encoded(value, "/")));
        return query.toString();
    }

    static String encoded(String text, String alsoPlain) {
        StringBuilder target = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (PLAIN.indexOf(c) >= 0 || alsoPlain.indexOf(c) >= 0) {
                target.append(c);
            } else {
                target.append('%').append(HEX.charAt(c >>> 4)).append(HEX.charAt(c & 15));
            }
        }
        return target.toString();
    }
}
