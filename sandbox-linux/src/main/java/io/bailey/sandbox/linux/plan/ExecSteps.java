package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;

/**
 * exec with a search of PATH inside the sandbox's root, execvp(3): one attempt for each directory.
 * When none succeeds a second round tells why: it ends at the first file that is there but cannot
 * be executed (the failed call is an execve), or at the last that is missing (the failed call is
 * the openat that looks for it). ENOENT of execve alone would not tell a missing file from a script
 * whose interpreter is missing.
 */
public final class ExecSteps {
    /** The step that an error record of a failed exec names. */
    public static final String STEP = "execute";

    private static final Argument CWD = Argument.flags("AT_FDCWD", Linux.AT_FDCWD);
    private static final int MOST_DIRECTORIES = 1_000;
    private static final Integer[] GOES_ON = {
        Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ELOOP
    };

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
        candidates.forEach(file -> attempt(file, argv, envp).tolerate(GOES_ON));
        for (String file : candidates.subList(0, candidates.size() - 1)) {
            Label absent = new Label();
            look(file).tolerate(GOES_ON).orElse(absent);
            attempt(file, argv, envp);
            program.place(absent);
        }
        look(candidates.getLast());
        attempt(candidates.getLast(), argv, envp);
    }

    private ProgramBuilder.Call look(String file) {
        program.step(STEP, file);
        return program.call(
                Sys.OPENAT,
                CWD,
                Argument.of(file),
                Argument.flags("O_PATH|O_CLOEXEC", Linux.O_PATH | Linux.O_CLOEXEC),
                Argument.of(0));
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
        List<String> directories = environment.path().stream().distinct().toList();
        if (directories.size() > MOST_DIRECTORIES) {
            throw new SandboxConfigException(
                    "PATH: "
                            + directories.size()
                            + " directories to look for \""
                            + file
                            + "\" in; at most "
                            + MOST_DIRECTORIES);
        }
        return directories.stream()
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
