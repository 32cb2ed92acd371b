package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
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
 * @param captureLimit bytes of each stream that is captured
 * @param streamLimit bytes of each stream that is handed on
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
        long captureLimit,
        long streamLimit,
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
            long captureLimit,
            long streamLimit,
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
                captureLimit,
                streamLimit,
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
