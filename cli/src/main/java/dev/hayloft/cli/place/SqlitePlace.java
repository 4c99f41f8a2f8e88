package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The rows of a SQLite table with a column of keys and one of values. Values pass through memory whole. */
final class SqlitePlace implements Place {
    private static final int PAGE = 1000;
    private static final long VALUE_SIZE_MAX = 1L << 30;

    /**
     * Where the rows are.
     *
     * @param table the table, made with these columns where it is missing and the place may be written
     * @param key the column of keys, text
     * @param value the column of values, blob or text
     */
    record Table(String table, String key, String value) {
        Table {
            for (String name : List.of(table, key, value)) {
                if (name.isEmpty() || name.indexOf('"') >= 0) {
                    throw new CommandFailure("\"" + name + "\" is no name of a table or column");
                }
            }
        }

        static Table standard() {
            return new Table("objects", "key", "value");
        }
    }

    private final Path file;
    private final Connection connection; // Guarded by this: one statement at a time.
    private final Table table;

    private SqlitePlace(Path file, Connection connection, Table table) {
        this.file = file;
        this.connection = connection;
        this.table = table;
    }

    static SqlitePlace open(Path file, Table table, boolean create) throws IOException {
        if (!create && !Files.exists(file)) {
            throw new CommandFailure("there is no SQLite file " + file);
        }
        SqlitePlace place = call(
                "open " + file, () -> new SqlitePlace(file, DriverManager.getConnection("jdbc:sqlite:" + file), table));
        if (create) {
            place.run(place.sql("CREATE TABLE IF NOT EXISTS TABLE_ (KEY_ TEXT PRIMARY KEY, VALUE_ BLOB NOT NULL)"));
        }
        return place;
    }

    private String sql(String pattern) {
        return pattern.replace("TABLE_", "\"" + table.table() + "\"")
                .replace("KEY_", "\"" + table.key() + "\"")
                .replace("VALUE_", "\"" + table.value() + "\"");
    }

    @Override
    public String name() {
        return "sqlite:" + file;
    }

    /** In pages, so that a table of any length fits; by bytes, whatever the column's collation. */
    @Override
    public Iterator<Entry> list() throws IOException {
        return new Iterator<>() {
            private Iterator<Entry> page = List.<Entry>of().iterator();
            private Optional<String> last = Optional.of("");

            @Override
            public boolean hasNext() {
                if (!page.hasNext() && last.isPresent()) {
                    List<Entry> next = page(last.get());
                    last = next.size() < PAGE
                            ? Optional.empty()
                            : Optional.of(next.get(next.size() - 1).key());
                    page = next.iterator();
                }
                return page.hasNext();
            }

            @Override
            public Entry next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return page.next();
            }
        };
    }

    private synchronized List<Entry> page(String after) {
        String query = sql("SELECT KEY_, length(CAST(VALUE_ AS BLOB)) FROM TABLE_"
                + " WHERE CAST(KEY_ AS BLOB) > ? AND VALUE_ IS NOT NULL ORDER BY CAST(KEY_ AS BLOB) LIMIT " + PAGE);
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setBytes(1, after.getBytes(StandardCharsets.UTF_8));
            List<Entry> entries = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    entries.add(new Entry(rows.getString(1), rows.getLong(2), Optional.empty()));
                }
            }
            return entries;
        } catch (SQLException e) {
            throw new CommandFailure("cannot list " + name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized Optional<Blob> open(String key) throws IOException {
        return call("read \"" + key + "\" from " + name(), () -> {
            String query = sql("SELECT CAST(VALUE_ AS BLOB) FROM TABLE_ WHERE KEY_ = ? AND VALUE_ IS NOT NULL");
            try (PreparedStatement statement = connection.prepareStatement(query)) {
                statement.setString(1, key);
                try (ResultSet rows = statement.executeQuery()) {
                    if (!rows.next()) {
                        return Optional.<Blob>empty();
                    }
                    byte[] value = Optional.ofNullable(rows.getBytes(1)).orElse(new byte[0]);
                    return Optional.of(new Blob(new ByteArrayInputStream(value), value.length, Map.of()));
                }
            }
        });
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        if (blob.sizeBytes() > VALUE_SIZE_MAX) {
            throw new CommandFailure("refused: \"" + key + "\" is larger than a value of SQLite may be, 1 GiB");
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream((int) blob.sizeBytes());
        blob.copyTo(value);
        change(
                "INSERT INTO TABLE_ (KEY_, VALUE_) VALUES (?, ?) ON CONFLICT (KEY_) DO UPDATE SET VALUE_ = excluded.VALUE_",
                key,
                Optional.of(value.toByteArray()));
    }

    @Override
    public void delete(String key) throws IOException {
        change("DELETE FROM TABLE_ WHERE KEY_ = ?", key, Optional.empty());
    }

    private synchronized void change(String pattern, String key, Optional<byte[]> value) throws IOException {
        call("change \"" + key + "\" in " + name(), () -> {
            try (PreparedStatement statement = connection.prepareStatement(sql(pattern))) {
                statement.setString(1, key);
                if (value.isPresent()) {
                    statement.setBytes(2, value.get());
                }
                return statement.executeUpdate();
            }
        });
    }

    private synchronized void run(String statement) throws IOException {
        call("prepare " + name(), () -> {
            try (Statement plain = connection.createStatement()) {
                return plain.execute(statement);
            }
        });
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    private static <T> T call(String what, Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (SQLException e) {
            throw new IOException("cannot " + what + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        call("close " + name(), () -> {
            connection.close();
            return true;
        });
    }
}
