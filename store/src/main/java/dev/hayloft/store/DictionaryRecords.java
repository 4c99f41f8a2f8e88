package dev.hayloft.store;

import dev.hayloft.store.content.DictionaryFacts;
import dev.hayloft.store.content.DictionaryStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The dictionaries of buckets as records of the system partition, so that crash safety, rebuilding, compaction and
 * backup come with the log: the bytes of each under a name of its own, the facts of a bucket's together. The bytes come
 * first, then the facts, then needles that need them.
 *
 * <p><i>Threads:</i> any; one at a time for each bucket.
 */
final class DictionaryRecords implements DictionaryStore {
    /** Names of the dictionaries themselves begin with this. */
    static final String BYTES = "dictionary/";

    private static final String FACTS = "dictionaries/";
    private static final String FIELD = "dictionary.";
    private static final String SEALED = "sealed";
    private static final int FIGURES = 7;

    private final SystemRecords records;
    private final Map<Integer, List<DictionaryFacts>> facts = new ConcurrentHashMap<>();
    private final Set<Integer> lost = ConcurrentHashMap.newKeySet();

    private DictionaryRecords(SystemRecords records) {
        this.records = records;
    }

    /** Reads the facts. */
    static DictionaryRecords open(SystemRecords records) {
        DictionaryRecords opened = new DictionaryRecords(records);
        for (String name : records.names(FACTS)) {
            opened.lost.add(Integer.parseInt(name.substring(FACTS.length())));
        }
        records.readReadable(FACTS).forEach((id, fields) -> opened.facts.put(Integer.parseInt(id), decode(fields)));
        opened.lost.removeAll(opened.facts.keySet());
        return opened;
    }

    /** Whether a bucket has dictionaries of which the facts cannot be read: no other may take their numbers. */
    boolean areLost(int bucketId) {
        return lost.contains(bucketId);
    }

    /** What is known of a bucket's dictionaries, in their order. */
    List<DictionaryFacts> facts(int bucketId) {
        return facts.getOrDefault(bucketId, List.of());
    }

    @Override
    public Optional<ByteBuffer> load(int bucketId, int number) {
        return records.read(name(bucketId, number))
                .map(fields -> ByteBuffer.wrap(Base64.getDecoder().decode(fields.getProperty("bytes"))));
    }

    @Override
    public void write(int bucketId, List<DictionaryFacts> all, ByteBuffer stored) {
        byte[] bytes = new byte[stored.remaining()];
        stored.get(stored.position(), bytes);
        records.write(
                name(bucketId, all.get(all.size() - 1).number()),
                Map.of("format", "1", "bytes", Base64.getEncoder().encodeToString(bytes)));
        records.write(FACTS + bucketId, encode(all));
        facts.put(bucketId, List.copyOf(all));
    }

    private static String name(int bucketId, int number) {
        return BYTES + bucketId + "/" + number;
    }

    /** Forgets those of a bucket that is gone. */
    void drop(int bucketId) {
        records.names(BYTES + bucketId + "/").forEach(records::delete);
        if (facts.remove(bucketId) != null || lost.remove(bucketId)) {
            records.delete(FACTS + bucketId);
        }
    }

    private static Map<String, String> encode(List<DictionaryFacts> all) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("format", "1");
        for (DictionaryFacts each : all) {
            DictionaryFacts.Trial trial = each.trial();
            fields.put(
                    FIELD + each.number(),
                    String.join(
                            " ",
                            Long.toString(each.trainedAtMillis()),
                            each.sealed() ? SEALED : "clear",
                            Integer.toString(each.sizeBytes()),
                            Long.toString(each.sampleBytes()),
                            Long.toString(trial.rawBytes()),
                            Long.toString(trial.plainBytes()),
                            Long.toString(trial.storedBytes())));
        }
        return fields;
    }

    private static List<DictionaryFacts> decode(Properties fields) {
        List<DictionaryFacts> all = new ArrayList<>();
        for (int number = 1; number <= DictionaryFacts.NUMBER_MAX; number++) {
            String text = fields.getProperty(FIELD + number);
            if (text == null) {
                break;
            }
            String[] figures = text.split(" ", FIGURES);
            all.add(new DictionaryFacts(
                    number,
                    Long.parseLong(figures[0]),
                    figures[1].equals(SEALED),
                    Integer.parseInt(figures[2]),
                    Long.parseLong(figures[3]),
                    new DictionaryFacts.Trial(
                            Long.parseLong(figures[4]), Long.parseLong(figures[5]), Long.parseLong(figures[6]))));
        }
        return List.copyOf(all);
    }
}
