package dev.hayloft.store.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import dev.hayloft.store.content.DictionaryFacts.Trial;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a dictionary of three quarters of some objects and tries it on the last quarter. */
final class DictionaryTrainer {
    static final int SIZE_MAX = 112 << 10;
    private static final int SIZE_MIN = 2 << 10;

    /**
     * How many times more bytes of samples than of dictionary: which serves best depends on how alike they are, and one
     * that is too large for its samples serves badly. So these are tried, and the best is taken.
     */
    private static final int[] SAMPLES_PER_SIZE = {10, 20, 40};

    private static final int TRIAL_STRIDE = 4;

    private final Compressors compressors;

    DictionaryTrainer(Compressors compressors) {
        this.compressors = compressors;
    }

    /**
     * What came out.
     *
     * @param dictionary under the number it is to have
     * @param bytes of the dictionary
     * @param sampleBytes it was made of
     * @param trial of it
     * @param before the trial of what is in use without it: another dictionary, or none
     */
    record Candidate(Dictionary dictionary, ByteBuffer bytes, long sampleBytes, Trial trial, Trial before) {
        /** Whether it saves at least a tenth of what is stored without it: it has to be read and kept, too. */
        boolean pays() {
            return trial.storedBytes() * 10 <= before.storedBytes() * 9;
        }
    }

    /** Empty when the samples have nothing in common. */
    Optional<Candidate> train(List<byte[]> samples, int number, int level, Optional<Dictionary> current) {
        if (Likeness.isMissing(samples)) {
            return Optional.empty();
        }
        List<byte[]> training = new ArrayList<>();
        List<byte[]> trial = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            (i % TRIAL_STRIDE == 0 ? trial : training).add(samples.get(i));
        }
        int trainingBytes = training.stream().mapToInt(sample -> sample.length).sum();
        Trial before = compressors.trial(trial, level, current);
        Optional<Candidate> best = Optional.empty();
        int lastSize = 0;
        for (int samplesPerSize : SAMPLES_PER_SIZE) {
            int size = Math.min(SIZE_MAX, trainingBytes / samplesPerSize);
            Optional<byte[]> bytes =
                    size < SIZE_MIN || size == lastSize ? Optional.empty() : train(training, trainingBytes, size);
            lastSize = size;
            if (bytes.isPresent()) {
                Dictionary made = new Dictionary(number, bytes.get());
                Trial tried = compressors.trial(trial, level, Optional.of(made));
                if (best.isEmpty() || tried.storedBytes() < best.get().trial().storedBytes()) {
                    best = Optional.of(new Candidate(made, ByteBuffer.wrap(bytes.get()), trainingBytes, tried, before));
                }
            }
        }
        return best;
    }

    private static Optional<byte[]> train(List<byte[]> samples, int samplesBytes, int size) {
        ZstdDictTrainer trainer = new ZstdDictTrainer(samplesBytes, size);
        samples.forEach(trainer::addSample);
        try {
            byte[] bytes = trainer.trainSamples(false);
            return Zstd.getDictIdFromDict(bytes) == 0 ? Optional.empty() : Optional.of(bytes);
        } catch (ZstdException e) {
            return Optional.empty(); // The library's answer to samples that have nothing in common.
        }
    }
}
