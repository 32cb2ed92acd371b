package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.HashMap;
import java.util.Map;

/**
 * The descriptors that lead into a container, opened on the host for one command that enters. They
 * are its first process's, or nobody's: a number of a process may be given again as soon as that
 * has been waited for, so it is asked afterwards whether the process is alive still.
 */
final class WayIn implements AutoCloseable {
    /** PF_EXITING, include/linux/sched.h: set before a process lets go of anything. */
    private static final long PF_EXITING = 0x4;

    /** The flags of a process, counted from what follows its name: proc_pid_stat(5). */
    private static final int FLAGS = 6;

    private final Linux linux;
    private final Session host;
    private final Map<Binding, Fd> opened = new HashMap<>();

    private WayIn(Linux linux, Session host) {
        this.linux = linux;
        this.host = host;
    }

    /**
     * @param host whose descriptors stay open meanwhile
     * @throws IllegalStateException if it has ended
     */
    static WayIn open(Linux linux, SandboxSpec spec, Session host) {
        WayIn way = new WayIn(linux, host);
        try {
            if (spec.namespaces().contains(Namespace.TIME)) {
                way.open(Bindings.TIME_NAMESPACE, "ns/time_for_children", Linux.O_RDONLY);
            }
            if (spec.namespaces().contains(Namespace.MOUNT)
                    && spec.rootChange() == RootChange.CHROOT) {
                way.open(Bindings.ENTERED_ROOT, "root", Linux.O_PATH | Linux.O_DIRECTORY);
            }
            way.requireAlive();
            return way;
        } catch (RuntimeException failure) {
            way.close();
            throw failure;
        }
    }

    private void open(Binding binding, String name, int flags) {
        String path = "/proc/" + host.pid() + "/" + name;
        int fd = linux.openat(Linux.AT_FDCWD, path, flags, 0);
        if (fd < 0) {
            requireAlive();
            throw new SandboxSetupException("open", Errno.name(-fd), path, Advice.forEntering(-fd));
        }
        opened.put(binding, linux.own(fd));
    }

    private void requireAlive() {
        if (linux.pollIn(new int[] {host.pidfd()}, 1, 0) != 0) {
            throw Guests.ended();
        }
    }

    /**
     * Is the container's first process on its way out? Its pidfd tells only when it has ended,
     * which comes after its namespaces are gone. If it cannot be seen it may be.
     *
     * @param pid its number, which its session may know no more
     */
    static boolean isEnding(Linux linux, long pid) {
        FileText stat = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/" + pid + "/stat");
        // The name may hold anything, spaces and brackets too.
        String afterName = stat.text().substring(stat.text().lastIndexOf(')') + 1).strip();
        String[] fields = afterName.split(" ", FLAGS + 2);
        return fields.length <= FLAGS || (Long.parseLong(fields[FLAGS]) & PF_EXITING) != 0;
    }

    Map<Binding, Integer> numbers() {
        Map<Binding, Integer> numbers = new HashMap<>();
        numbers.put(Bindings.FIRST_PROCESS, host.pidfd());
        opened.forEach((binding, fd) -> numbers.put(binding, fd.number()));
        return numbers;
    }

    @Override
    public void close() {
        opened.values().forEach(Fd::close);
    }
}
