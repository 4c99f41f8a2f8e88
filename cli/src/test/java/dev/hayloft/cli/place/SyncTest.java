package dev.hayloft.cli.place;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.hayloft.cli.CommandRun;
import dev.hayloft.model.Sha256;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs between places, as typed. */
final class SyncTest {
    private final FakeServer server = FakeServer.start();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void makeTree() throws IOException {
        server.createBucket("photos");
        Files.createDirectories(folder.resolve("tree/sub"));
        Files.writeString(folder.resolve("tree/a"), "one");
        Files.writeString(folder.resolve("tree/sub/b"), "two");
        Files.writeString(folder.resolve("tree/sub/empty"), "");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private CommandRun run(String... arguments) {
        return CommandRun.on(server, folder, arguments);
    }

    private String done(String... arguments) {
        CommandRun run = run(arguments);
        assertThat(run.code()).as("exit code; it said %s", run.err()).isZero();
        return run.out();
    }

    @Test
    void tree_throughEveryPlaceAndBack_staysTheSame() throws IOException {
        String[] way = {"./tree", "photos/p", "zip:a.zip", "sqlite:a.db?table=t", "hashed:h", "folder:back"};
        for (int i = 1; i < way.length; i++) {
            assertThat(done("sync", way[i - 1], way[i])).contains("Copied 3 objects");
            assertThat(done("sync", way[i - 1], way[i]))
                    .contains("Copied 0 objects")
                    .contains("3 equal already");
        }
        assertThat(folder.resolve("back/a")).hasContent("one");
        assertThat(folder.resolve("back/sub/b")).hasContent("two");
        assertThat(folder.resolve("back/sub/empty")).isEmptyFile();
    }

    @Test
    void change_underTheSameKeyAndSize_isCopied_andSurplusGoesOnlyWhenAsked() throws IOException {
        done("import", "./tree", "photos");
        Files.writeString(folder.resolve("tree/a"), "1ne");
        Files.delete(folder.resolve("tree/sub/b"));
        assertThat(done("sync", "./tree", "photos", "--delete", "--dry-run"))
                .contains("would copy a")
                .contains("would delete sub/b");
        assertThat(done("sync", "./tree", "photos")).contains("Copied 1 object").contains("0 deleted");
        assertThat(done("sync", "./tree", "photos", "--delete", "--json")).contains("\"deleted\":1");
        done("export", "photos", "folder:out");
        assertThat(folder.resolve("out/a")).hasContent("1ne");
        assertThat(folder.resolve("out/sub/b")).doesNotExist();
    }

    @Test
    void dryRun_ofMissingTarget_makesNothing() {
        assertThat(done("sync", "./tree", "folder:new", "--dry-run")).contains("Would copy 3 objects");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void placeWithinTheOther_isRefused_whereverItIs() throws IOException {
        done("sync", "./tree", "photos/tree");
        String there = server.url()
                .toString()
                .replace("://", "://" + FakeServer.ACCESS_KEY + ":" + FakeServer.SECRET_KEY + "@");
        String[][] pairs = {
            {"photos/tree", "photos"},
            {"photos", "photos/tree"},
            {"./tree", "./tree/sub"},
            {"./tree/sub", "folder:tree"},
            {"mirror:memory:,./tree", "./tree/sub"},
            {"cache:9,memory:,photos", there + "/photos/tree"}
        };
        for (String[] pair : pairs) {
            CommandRun run = run("sync", pair[0], pair[1], "--delete");
            assertThat(run.code()).as("%s to %s", pair[0], pair[1]).isEqualTo(1);
            assertThat(run.err()).contains("lies within the other");
        }
        assertThat(done("sync", "./tree", "photos/tree")).contains("3 equal already");
        assertThat(done("sync", "photos/tree", "photos/treetop")).contains("Copied 3 objects");
    }

    @Test
    void zip_thatIsBeingWritten_hasAFolderOfItsOwn_thatGoes() throws IOException {
        Path zip = folder.resolve("a.zip");
        ZipPlace open = ZipPlace.open(zip, true);
        open.put("a", PlaceContract.blob("hay"));
        assertThat(zip).doesNotExist();
        open.close();
        done("sync", "./tree", "zip:a.zip", "--delete");
        assertThat(done("sync", "zip:a.zip", "./out")).contains("Copied 3 objects");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder("a.zip", "out", "tree");
        }
    }

    @Test
    void key_inTheAddressOfAServer_isNotRepeated() {
        CommandRun run = run("sync", "./tree", "http://ACCESS:SECRET@127.0.0.1:1");
        assertThat(run.err()).contains("names no bucket").doesNotContain("SECRET");
        assertThat(run("sync", "./tree", "http://ACCESS:SECRET@127.0.0.1:1/a b").err())
                .contains("is no URL")
                .doesNotContain("SECRET");
    }

    @Test
    void place_thatIsNone_isNamed() {
        for (String place : new String[] {"ftp:x", "zip:", "sqlite:a.db?row=1", "http://127.0.0.1:1"}) {
            CommandRun run = run("import", place, "photos");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).startsWith("hayloft: \"");
        }
        assertThat(run("import", "zip:none.zip", "photos").err()).contains("there is no zip file");
        assertThat(run("export", "absent", "folder:x").err()).contains("no-such-bucket");
    }

    @Test
    void container_ofLooseAndPackedObjects_isImported_andDamageIsRefused() throws IOException, SQLException {
        Path root = folder.resolve("container");
        byte[] loose = "a loose object".getBytes(StandardCharsets.UTF_8);
        byte[] plain = "a packed object".getBytes(StandardCharsets.UTF_8);
        byte[] text = "packed and packed and packed and packed".getBytes(StandardCharsets.UTF_8);
        byte[] other = "by another program, by another program".getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(root.resolve("packs"));
        Files.writeString(root.resolve("config.json"), "{\"container_version\": 1}");
        Path file = root.resolve("loose")
                .resolve(hex(loose).substring(0, 2))
                .resolve(hex(loose).substring(2));
        Files.createDirectories(root.resolve("loose").resolve(hex(loose).substring(0, 2)));
        Files.write(file, loose);
        byte[] deflated = deflate(text);
        byte[] zstd = Zstd.compress(other);
        try (Connection index = DriverManager.getConnection("jdbc:sqlite:" + root.resolve("packs.idx"));
                Statement make = index.createStatement();
                OutputStream pack = Files.newOutputStream(root.resolve("packs/0"))) {
            make.execute("CREATE TABLE db_object (id INTEGER PRIMARY KEY, hashkey TEXT UNIQUE, compressed BOOLEAN,"
                    + " size INTEGER, offset INTEGER, length INTEGER, pack_id INTEGER)");
            insert(index, hex(plain), false, plain.length, 0, plain.length);
            insert(index, hex(text), true, text.length, plain.length, deflated.length);
            insert(index, hex(other), true, other.length, plain.length + deflated.length, zstd.length);
            pack.write(plain);
            pack.write(deflated);
            pack.write(zstd);
        }
        assertThat(done("import", "container:container", "photos")).contains("Copied 4 objects");
        assertThat(done("cat", "photos/" + hex(text))).isEqualTo(new String(text, StandardCharsets.UTF_8));
        assertThat(done("cat", "photos/" + hex(other))).isEqualTo(new String(other, StandardCharsets.UTF_8));
        Files.writeString(file, "a loosened object");
        CommandRun damaged = run("import", "container:container", "photos/new");
        assertThat(damaged.code()).isEqualTo(1);
        assertThat(damaged.err()).contains(hex(loose)).contains("damaged");
        assertThat(done("ls", "photos/new/")).doesNotContain(hex(loose));
        assertThat(run("export", "photos", "container:container").err()).contains("not written");
    }

    private static String hex(byte[] content) {
        return Sha256.of(ByteBuffer.wrap(content)).hex();
    }

    private static byte[] deflate(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
            deflater.write(content);
        }
        return bytes.toByteArray();
    }

    private static void insert(Connection index, String key, boolean compressed, int size, int offset, int length)
            throws SQLException {
        try (PreparedStatement row = index.prepareStatement("INSERT INTO db_object (hashkey, compressed, size, offset,"
                + " length, pack_id) VALUES (?, ?, ?, ?, ?, 0)")) {
            row.setString(1, key);
            row.setBoolean(2, compressed);
            row.setInt(3, size);
            row.setInt(4, offset);
            row.setInt(5, length);
            row.executeUpdate();
        }
    }
}
