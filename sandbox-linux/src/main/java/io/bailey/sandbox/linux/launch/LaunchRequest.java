package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.LinkedProgram;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that one launch needs.
 *
 * @param flags of clone3(2)
 * @param cgroupDirectory for CLONE_INTO_CGROUP
 * @param cgroupProcs files the child writes itself into
 * @param descriptors what else is handed over, by its bindings: detached mounts, namespaces
 * @param maps how ids are mapped; empty without a user namespace
 * @param hostTerminal who gets a terminal that the JVM makes, should the command have one; empty
 *     where the command makes it, of a devpts of the sandbox's own
 * @param bounds how much may come of each stream
 * @param hostUid the host's id of the user the command runs as, −1 to leave the pipes to the JVM's
 *     user
 * @param hideInit whether the init's program cannot be read by who executes it: the kernel then
 *     gives its memory and its files in /proc to the host's root (would_dump, fs/exec.c), so that
 *     nobody in the sandbox can open them, with CAP_SYS_PTRACE neither. The JVM must be that root
 * @param death how it is ended
 * @param diesWithThread whether the kernel ties the child's life to the launching thread
 *     (PR_SET_PDEATHSIG)
 * @param tap sees the output that passes through
 * @param lasting what the child has in place of the JVM, if it outlives that
 */
public record LaunchRequest(
        long flags,
        LinkedProgram entry,
        LinkedProgram init,
        OptionalInt cgroupDirectory,
        List<Integer> cgroupProcs,
        Map<Binding, Integer> descriptors,
        Optional<IdMaps> maps,
        Command command,
        Optional<HostTerminal> hostTerminal,
        OutputBounds bounds,
        int hostUid,
        int hostGid,
        boolean hideInit,
        Death death,
        boolean diesWithThread,
        OutputTap tap,
        Optional<Lasting> lasting) {

    /** That of a child that ends with the JVM. */
    public LaunchRequest(
            long flags,
            LinkedProgram entry,
            LinkedProgram init,
            OptionalInt cgroupDirectory,
            List<Integer> cgroupProcs,
            Map<Binding, Integer> descriptors,
            Optional<IdMaps> maps,
            Command command,
            Optional<HostTerminal> hostTerminal,
            OutputBounds bounds,
            int hostUid,
            int hostGid,
            boolean hideInit,
            Death death,
            boolean diesWithThread,
            OutputTap tap) {
        this(
                flags,
                entry,
                init,
                cgroupDirectory,
                cgroupProcs,
                descriptors,
                maps,
                command,
                hostTerminal,
                bounds,
                hostUid,
                hostGid,
                hideInit,
                death,
                diesWithThread,
                tap,
                Optional.empty());
    }

    /**
     * What a child has that outlives the JVM.
     *
     * @param lifeline a named pipe: the child's end, opened so that it never comes to an end, and
     *     the JVM's; the session takes both over
     * @param kept what stays open in its init besides, by its bindings, which are numbers of this
     *     JVM among the {@link LaunchRequest#descriptors}
     */
    public record Lasting(Pipe lifeline, List<Binding> kept) {
        public Lasting {
            kept = List.copyOf(kept);
        }
    }

    /**
     * The most bytes of each output stream.
     *
     * @param captured that are kept of one that is captured
     * @param ending from which on a captured one ends its command, unless it has a bound of its own
     * @param handedOn from which on one that is handed on ends its command
     */
    public record OutputBounds(long captured, long ending, long handedOn) {
        /** Of a command without output. */
        public static final OutputBounds NONE = new OutputBounds(0, 0, 0);

        /**
         * What is waited for ends with its first byte too many.
         *
         * @param asked what was asked for, if anything was
         */
        public static OutputBounds of(MemorySize captured, Optional<MemorySize> asked) {
            return new OutputBounds(captured.bytes(), captured.bytes(), most(asked));
        }

        /** What lives on says more than anybody keeps: it ends for a bound that was asked for. */
        public static OutputBounds living(MemorySize captured, Optional<MemorySize> asked) {
            return new OutputBounds(captured.bytes(), most(asked), most(asked));
        }

        private static long most(Optional<MemorySize> asked) {
            return asked.map(MemorySize::bytes).orElse(Long.MAX_VALUE);
        }
    }

    /** The command's user, in ids of the host. */
    public record HostTerminal(int uid, int gid) {}

    /** How the child is ended before its time. */
    public enum Death {
        /** By SIGKILL: the kernel ends all in its pid namespace with it. */
        KILL,
        /** By the end of its lifeline: it has a process group to take along. */
        LIFELINE,
        /**
         * By SIGKILL to its command, by way of the lifeline: the kernel ends nothing else with a
         * watcher, and the command's status would go with it.
         */
        WORD
    }
}
