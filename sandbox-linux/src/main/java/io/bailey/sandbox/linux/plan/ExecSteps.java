package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;

/**
 * exec with a search of PATH inside the sandbox's root, execvp(3): one attempt for each directory.
 * When none succeeds a second round tells why: it ends at the first file that is there but may not
 * be executed, or at the last that is missing.
 */
public final class ExecSteps {
    /** The step that an error record of a failed exec names. */
    public static final String STEP = "execute";

    private final ProgramBuilder program;
    private final Command command;
    private final Environment environment;

    ExecSteps(ProgramBuilder program, Command command, Environment environment) {
        this.program = program;
        this.command = command;
        this.environment = environment;
    }

    void all() {
        List<String> candidates = candidates();
        Blob argv = strings(command.arguments(), "argv");
        Blob envp = strings(environment.entries(), "envp");
        if (candidates.size() > 1) {
            candidates.forEach(file ->
                    attempt(file, argv, envp).tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES));
            candidates
                    .subList(0, candidates.size() - 1)
                    .forEach(file ->
                            attempt(file, argv, envp).tolerate(Errno.ENOENT, Errno.ENOTDIR));
        }
        attempt(candidates.getLast(), argv, envp);
    }

    private ProgramBuilder.Call attempt(String file, Blob argv, Blob envp) {
        program.step(STEP, file);
        return program.call(Sys.EXECVE, Argument.of(file), Argument.of(argv), Argument.of(envp));
    }

    private List<String> candidates() {
        String file = command.arguments().getFirst();
        if (file.contains("/")) {
            return List.of(file);
        }
        return environment.path().stream()
                .map(directory -> (directory.isEmpty() ? "." : directory) + "/" + file)
                .toList();
    }

    /**
     * A null-terminated array of strings. Only the first few are shown: an environment may hold
     * secrets and megabytes.
     */
    private static Blob strings(List<String> values, String name) {
        List<Blob.Word> words = new ArrayList<>(values.size() + 1);
        values.forEach(value -> words.add(new Blob.Address(new Blob.Text(value), 0)));
        words.add(new Blob.Number(0));
        String shown =
                name.equals("argv")
                        ? values.stream().limit(8).map(v -> new Blob.Text(v).text()).toList()
                                + (values.size() > 8
                                        ? " /* " + values.size() + " arguments */"
                                        : "")
                        : "/* " + values.size() + " variables */";
        return Blob.struct(shown, words);
    }
}
