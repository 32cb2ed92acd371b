package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * A host that exists only as text. {@link #healthy()} has all a sandbox wants; tests take away and
 * cover up.
 */
final class FixtureSource implements Source {
    private final Map<String, String> files = new HashMap<>();
    private final Map<Sys, Integer> errnos = new EnumMap<>(Sys.class);
    private long openFiles = 524_288;
    private int landlockAbi = 9;
    private boolean nativeAccess = true;

    static FixtureSource healthy() {
        FixtureSource host =
                new FixtureSource()
                        .file("/proc/sys/kernel/osrelease", "6.17.0-5-generic\n")
                        .file("/proc/self/uid_map", "         0          0 4294967295\n")
                        .file(
                                "/proc/self/status",
                                "Name:\tjava\nCapEff:\t0000000000000000\nSeccomp:\t0\n")
                        .file("/proc/sys/kernel/cap_last_cap", "40\n")
                        .file("/proc/sys/user/max_user_namespaces", "63000\n")
                        .file("/proc/filesystems", "nodev\tproc\nnodev\toverlay\n\text4\n")
                        .file(
                                "/proc/sys/kernel/seccomp/actions_avail",
                                "kill_process kill_thread trap errno user_notif allow\n")
                        .file(
                                "/proc/self/mountinfo",
                                "22 1 0:21 / /proc rw,relatime - proc proc rw\n")
                        .file("/proc/self/cgroup", "0::/user.slice/app.scope\n")
                        .file("/sys/kernel/rcu_expedited", "0\n")
                        .file("/sys/kernel/rcu_normal", "0\n")
                        .file(
                                "/etc/passwd",
                                "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n")
                        .file("/etc/subuid", "ada:100000:65536\n")
                        .file("/etc/subgid", "ada:100000:65536\n")
                        .file("/usr/bin/newuidmap", "")
                        .file("/usr/bin/newgidmap", "");
        for (String kind :
                new String[] {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
            host.file("/proc/self/ns/" + kind, "");
        }
        return host;
    }

    FixtureSource file(String path, String text) {
        files.put(path, text);
        return this;
    }

    FixtureSource without(String path) {
        files.remove(path);
        return this;
    }

    /** {@code call} answers {@code errno} instead of what the kernel says to nonsense. */
    FixtureSource answering(Sys call, int errno) {
        errnos.put(call, errno);
        return this;
    }

    FixtureSource landlockAbi(int abi) {
        landlockAbi = abi;
        return this;
    }

    FixtureSource openFiles(long limit) {
        openFiles = limit;
        return this;
    }

    FixtureSource withoutNativeAccess() {
        nativeAccess = false;
        return this;
    }

    @Override
    public String read(String path) {
        return files.getOrDefault(path, "");
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path);
    }

    @Override
    public int errno(Sys call, long... arguments) {
        return errnos.getOrDefault(call, Errno.EINVAL);
    }

    @Override
    public long ask(Sys call, long... arguments) {
        return errnos.containsKey(call) ? -errnos.get(call) : landlockAbi;
    }

    @Override
    public long openFiles() {
        return openFiles;
    }

    @Override
    public boolean nativeAccess() {
        return nativeAccess;
    }
}
