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
        long captureLimit,
        long streamLimit,
        int hostUid,
        int hostGid,
        boolean hideInit,
        Death death,
        boolean diesWithThread) {

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
