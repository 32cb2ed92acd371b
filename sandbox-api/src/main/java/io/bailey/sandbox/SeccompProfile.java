package io.bailey.sandbox;

import io.bailey.sandbox.spi.SandboxProvider;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Which system calls the programs of a sandbox may make, see {@code seccomp(2)}. The engine
 * compiles it to a filter of the kernel's, which is in place before the command's first instruction
 * and can never be taken off.
 *
 * {@snippet :
 * SeccompProfile noSockets = SeccompProfile.builder(SeccompProfile.standard())
 *         .deny("socket", "socketpair").build();
 * }
 *
 * <p>Calls of another ABI than the machine's own (32-bit calls, x32) are refused by every profile
 * but {@link #none()} (and by that too where it comes with a filter), unless a builder allows them.
 * Numbers of calls that are newer than this library fail with {@code ENOSYS}, so that programs fall
 * back to what they know, wherever the profile refuses by default.
 *
 * @since 0.1
 */
public sealed interface SeccompProfile {

    /**
     * Returns the default profile: what common programs need, and no more. On top of what Docker's
     * profile refuses it refuses {@code io_uring}, keyrings, user namespaces, the calls that mount,
     * tracing of other processes, address families other than Unix, IPv4, IPv6 and routing, and
     * typing on a terminal ({@code TIOCSTI}). What a {@link Capability} is for is allowed with it.
     *
     * @return the default profile
     */
    static SeccompProfile standard() {
        return new Standard();
    }

    /**
     * Returns a profile for programs that only compute: files and standard streams, one process of
     * any number of threads. No further process, no socket, no terminal control, no change of modes
     * and owners. The command may become another program by {@code execve(2)}; a shell can run its
     * builtins and one {@code exec}.
     *
     * @return the narrow profile
     */
    static SeccompProfile strict() {
        return new Strict();
    }

    /**
     * Returns no profile: every system call may be made. Refused for {@link
     * Isolation#UNPRIVILEGED}.
     *
     * <p>One filter remains where the sandbox writes to the host (a {@link Mount#readWrite}, {@link
     * WritableRoot#DIRECT}): it refuses what would leave set-user-id files or programs with
     * capabilities there, {@code openat2}, {@code io_uring} and {@code clone3} ({@code ENOSYS}),
     * and calls of another ABI, which kill the process.
     *
     * <p>Without it its programs are trusted: one that {@link Container#exec(Command)} brought in
     * can give its child to its own parent outside ({@code CLONE_PARENT}), which every other
     * profile refuses, and which then does not end with the sandbox.
     *
     * @return the absence of a filter
     */
    static SeccompProfile none() {
        return new None();
    }

    /**
     * Reads a profile in the format of Docker and Podman. Its conditions on capabilities,
     * architecture and kernel are heeded; names of system calls that this architecture does not
     * have are passed over; of the rules for a call the first that matches holds. Actions that need
     * somebody outside ({@code SCMP_ACT_NOTIFY}, {@code SCMP_ACT_TRACE}) let the call fail with
     * {@code ENOSYS}, as the kernel does when nobody is there.
     *
     * @param file a JSON file of at most 4 MiB, read now; what it says is checked when the sandbox
     *     is built
     * @return that profile
     * @throws SandboxConfigException if the file cannot be read, or is too large
     */
    static SeccompProfile docker(Path file) {
        return Document.read(file);
    }

    /**
     * Returns a builder that refuses, with {@code EPERM}, whatever it is not told to allow.
     *
     * @return a new builder
     */
    static Builder builder() {
        return new SeccompProfileBuilder(List.of(), SeccompAction.errno(1), List.of());
    }

    /**
     * Returns a builder whose rules come before those of another profile: what they do not decide
     * the other decides.
     *
     * @param base any profile but {@link #none()}
     * @return a new builder
     * @throws SandboxConfigException if the base is {@link #none()}
     */
    static Builder builder(SeccompProfile base) {
        if (base instanceof None) {
            throw new SandboxConfigException(
                    "seccomp: none() has no rules to build on; use"
                            + " builder().otherwise(SeccompAction.allow())");
        }
        return new SeccompProfileBuilder(List.of(base), SeccompAction.errno(1), List.of());
    }

    /**
     * Runs a command in a sandbox with the default settings and returns the profile it needs: every
     * system call it made is allowed, every other refused. See {@link #record(Sandbox, Command)}.
     *
     * @param command the command
     * @return the profile of that run
     * @throws ExitException if the command did not exit with 0: the record would not be whole
     * @throws SandboxException as {@link Sandbox#run(Command)}
     * @throws InterruptedException if the thread was interrupted; the sandbox is gone by then
     */
    static Rules record(Command command) throws InterruptedException {
        try (Sandbox sandbox = Sandbox.builder().build()) {
            return record(sandbox, command);
        }
    }

    /**
     * Runs a command in a sandbox as the given one but for its seccomp profile, which is none, and
     * returns the profile it needs. The kernel tells the library of each call and waits for it
     * ({@code seccomp_unotify(2)}), so the command is slower. Nothing is refused to it but what is
     * refused under every profile: other ABIs, {@code clone3} and {@code CLONE_PARENT}, and
     * set-user-id files where the sandbox writes to the host. What the command does on another day,
     * with other input, is not in the record: run what matters. The command's streams are as it
     * says.
     *
     * @param sandbox the recipe
     * @param command the command
     * @return the profile of that run
     * @throws ExitException if the command did not exit with 0: the record would not be whole
     * @throws SandboxException as {@link Sandbox#run(Command)}
     * @throws InterruptedException if the thread was interrupted; the sandbox is gone by then
     */
    static Rules record(Sandbox sandbox, Command command) throws InterruptedException {
        return SandboxProvider.find().recordSeccomp(sandbox.spec(), command);
    }

    /**
     * The default profile.
     *
     * @since 0.1
     */
    record Standard() implements SeccompProfile {}

    /**
     * The narrow profile.
     *
     * @since 0.1
     */
    record Strict() implements SeccompProfile {}

    /**
     * No profile.
     *
     * @since 0.1
     */
    record None() implements SeccompProfile {}

    /**
     * A profile in the format of Docker and Podman.
     *
     * @param json the text; it is checked when a sandbox is built with it
     * @since 0.1
     */
    record Document(String json) implements SeccompProfile {

        /** Creates a profile of a text. */
        public Document {
            Objects.requireNonNull(json, "json");
        }

        private static Document read(Path file) {
            return new Document(SeccompFile.read(file));
        }

        /** Returns the length of the text. */
        @Override
        public String toString() {
            return "Document[json=" + json.length() + " characters]";
        }
    }

    /**
     * Rules made in Java.
     *
     * @param rules tried in this order, the first that matches decides; immutable
     * @param base the profile that decides where none matches; empty or one, never {@link None};
     *     immutable
     * @param otherwise what is done where there is no base either
     * @param foreignAbi whether the 32-bit calls of the machine are judged by the same names,
     *     instead of being refused
     * @since 0.1
     */
    record Rules(
            List<SeccompRule> rules,
            List<SeccompProfile> base,
            SeccompAction otherwise,
            boolean foreignAbi)
            implements SeccompProfile {

        /** Profiles that build on each other are hashed, compared and compiled one in another. */
        private static final int MAX_DEPTH = 100;

        /**
         * Creates a profile of rules.
         *
         * @throws SandboxConfigException if there is more than one base, or it is {@link None}, or
         *     more than 100 profiles of rules would build on each other
         */
        public Rules {
            rules = List.copyOf(rules);
            base = List.copyOf(base);
            Objects.requireNonNull(otherwise, "otherwise");
            if (base.size() > 1 || base.stream().anyMatch(None.class::isInstance)) {
                throw new SandboxConfigException(
                        "seccomp: a profile has at most one base, and it is not none(), but was given "
                                + base);
            }
            int depth = 1 + depth(base);
            if (depth > MAX_DEPTH) {
                throw new SandboxConfigException(
                        "seccomp: "
                                + depth
                                + " profiles build on each other, more than the "
                                + MAX_DEPTH
                                + " allowed; put their rules into one builder");
            }
        }

        /** No deeper than allowed: those below have been checked when they were made. */
        private static int depth(List<SeccompProfile> base) {
            return !base.isEmpty() && base.getFirst() instanceof Rules below
                    ? 1 + depth(below.base())
                    : 0;
        }
    }

    /**
     * Makes a {@link SeccompProfile}. Of the rules for a call the first that matches holds. Not
     * thread-safe.
     *
     * @since 0.1
     */
    interface Builder {

        /**
         * Allows system calls.
         *
         * @param calls their names, such as {@code openat}; one that the machine does not know is
         *     an error when the sandbox is built
         * @return this
         * @throws SandboxConfigException if there is none, or a name that cannot be one
         */
        Builder allow(String... calls);

        /**
         * Allows a system call with certain arguments.
         *
         * @param call its name
         * @param argument a test that must hold
         * @param more tests that must hold too; of several on one argument only one needs to
         * @return this
         * @throws SandboxConfigException if the name cannot be one
         */
        Builder allow(String call, SeccompArgument argument, SeccompArgument... more);

        /**
         * Lets system calls fail with {@code EPERM}.
         *
         * @param calls their names
         * @return this
         * @throws SandboxConfigException if there is none, or a name that cannot be one
         */
        Builder deny(String... calls);

        /**
         * Lets a system call with certain arguments fail with {@code EPERM}.
         *
         * @param call its name
         * @param argument a test that must hold
         * @param more tests that must hold too; of several on one argument only one needs to
         * @return this
         * @throws SandboxConfigException if the name cannot be one
         */
        Builder deny(String call, SeccompArgument argument, SeccompArgument... more);

        /**
         * Kills the sandbox that makes one of these calls, see {@link SeccompAction.Kill}.
         *
         * @param calls their names
         * @return this
         * @throws SandboxConfigException if there is none, or a name that cannot be one
         */
        Builder kill(String... calls);

        /**
         * Adds a rule.
         *
         * @param rule the rule
         * @return this
         */
        Builder rule(SeccompRule rule);

        /**
         * Sets what is done with every other call. The default is to fail with {@code EPERM}.
         *
         * @param action the action
         * @return this
         * @throws SandboxConfigException if the builder has a base, which decides that
         */
        Builder otherwise(SeccompAction action);

        /**
         * Lets 32-bit programs run: their calls are judged by the same names. The default is to
         * kill a process that makes one.
         *
         * @return this
         */
        Builder allow32Bit();

        /**
         * Makes the profile.
         *
         * @return the profile
         * @throws SandboxConfigException if more than 100 profiles would build on each other
         */
        SeccompProfile build();
    }
}
