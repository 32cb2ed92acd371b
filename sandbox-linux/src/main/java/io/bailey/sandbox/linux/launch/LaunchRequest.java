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
 * @param diesWithThread whether the kernel ties the child's life to the launching thread
 *     (PR_SET_PDEATHSIG)
 * @param dieByWord whether SIGKILL goes to the command by way of the lifeline: the kernel ends
 *     nothing else with a watcher, and the command's status would go with it
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
        boolean diesWithThread,
        boolean dieByWord) {}
