package io.bailey.sandbox.linux.cgroup;

/**
 * What the doctor says of one controller.
 *
 * @param controller its name: memory, pids, cpu, cpuset, cpuacct (v1 only)
 * @param usable whether a sandbox may be limited by it
 * @param where the directory new groups would be made in, or where it was looked for
 * @param problem why it is not usable, with file and errno; empty when it is
 * @param fix what would make it usable, in a sentence; empty when it is
 */
public record ControllerReport(
        String controller, boolean usable, String where, String problem, String fix) {}
