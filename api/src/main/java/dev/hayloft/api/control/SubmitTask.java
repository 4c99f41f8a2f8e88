package dev.hayloft.api.control;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.ObjectStore;
import io.dropwizard.servlets.tasks.Task;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A Dropwizard task that asks for a job of one kind, {@code POST /tasks/KIND}: for tools that know tasks and no more.
 * It takes the fields of {@code POST /api/jobs} as parameters, and answers with the job's number; the job goes through
 * the same scheduler as any other.
 */
public final class SubmitTask extends Task {
    private static final Set<String> PARAMETERS = Set.of("bucket", "volume", "all", "dryRun", "directory");

    private final ObjectStore store;
    private final JobRequest.Kind kind;

    /** Of one kind of job. */
    public SubmitTask(ObjectStore store, JobRequest.Kind kind) {
        super(kind.wireName());
        this.store = store;
        this.kind = kind;
    }

    /** Whatever is thrown, Dropwizard answers 500 with its message. */
    @Override
    public void execute(Map<String, List<String>> parameters, PrintWriter output) {
        Job job = store.jobs().submit(request(parameters));
        output.println("job " + job.id());
    }

    private JobRequest request(Map<String, List<String>> parameters) {
        for (String name : parameters.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw new RequestException(ErrorCode.BAD_PARAMETER, "A task does not know this parameter.")
                        .with("parameter", name)
                        .with("known", PARAMETERS);
            }
        }
        return new JobRequest(
                kind,
                one(parameters, "bucket"),
                one(parameters, "volume"),
                flag(parameters, "all"),
                flag(parameters, "dryRun"),
                one(parameters, "directory"));
    }

    private static Optional<String> one(Map<String, List<String>> parameters, String name) {
        return parameters.getOrDefault(name, List.of()).stream().findFirst();
    }

    private static boolean flag(Map<String, List<String>> parameters, String name) {
        String value = one(parameters, name).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "This parameter is true or false.")
                    .with("parameter", name)
                    .with("value", value);
        }
        return value.equals("true");
    }
}
