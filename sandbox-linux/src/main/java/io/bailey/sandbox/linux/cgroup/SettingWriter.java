package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

/** Writes settings into a group and says what a refusal means. */
final class SettingWriter {
    private final Linux linux;
    private final Degradation degradation;

    SettingWriter(Linux linux, Degradation degradation) {
        this.linux = linux;
        this.degradation = degradation;
    }

    void write(GroupDirectory group, Setting setting) {
        if (setting.controller() == Controller.CPUSET) {
            requireCpus(group, setting.value());
        }
        int errno = -group.write(setting.file(), setting.value());
        if (errno == Errno.ENOENT && setting.instead().isPresent()) {
            write(group, setting.instead().get());
            return;
        }
        if (errno == 0 || (errno == Errno.ENOENT && isDispensable(setting))) {
            return;
        }
        String path = group.path() + "/" + setting.file();
        switch (errno) {
            case Errno.EINVAL, Errno.ERANGE, Errno.EOVERFLOW, Errno.ENODEV ->
                    throw new SandboxConfigException(
                            setting.asked()
                                    + ": the kernel refuses \""
                                    + setting.value()
                                    + "\" in "
                                    + path
                                    + " ("
                                    + Errno.name(errno)
                                    + ")");
            case Errno.EACCES, Errno.EPERM, Errno.EROFS, Errno.ENOENT ->
                    degradation.lacking(
                            new Problem(
                                    setting.asked(),
                                    "write " + path + ": " + Errno.name(errno),
                                    fix(errno, setting)));
            default ->
                    throw new SandboxSetupException(
                            "write \"" + setting.value() + "\"",
                            Errno.name(errno),
                            path,
                            errno == Errno.EBUSY
                                    ? inUse(setting.asked())
                                    : Shortage.or(errno, "for " + setting.asked()));
        }
    }

    /** Less was asked for than is in use and could be taken away. */
    static String inUse(String asked) {
        return asked
                + " is less than what is in use and cannot be reclaimed: let the container free some, ask for more, or"
                + " allow swap";
    }

    private static String fix(int errno, Setting setting) {
        return errno == Errno.ENOENT
                ? "this kernel lacks "
                        + setting.file()
                        + ": leave the limit out, or boot one that has it"
                : Fixes.forErrno(errno);
    }

    private boolean isDispensable(Setting setting) {
        return switch (setting.presence()) {
            case REQUIRED -> false;
            case WELCOME -> true;
            case NEEDED_WITH_SWAP -> !hostHasSwap();
        };
    }

    /** /proc/swaps has a heading and a line for each area. */
    private boolean hostHasSwap() {
        String swaps = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/swaps").text().strip();
        return swaps.indexOf('\n') >= 0;
    }

    /**
     * v2 takes any list and runs on what is there; v1 answers EACCES, which would read like a
     * missing right.
     */
    private static void requireCpus(GroupDirectory group, String asked) {
        FileText available = group.readAbove("cpuset.cpus.effective");
        if (available.result() == -Errno.ENOENT) {
            available = group.readAbove("cpuset.effective_cpus");
        }
        if (!available.isRead()) {
            throw new CgroupFailure("read processors above", -available.result(), group.path())
                    .setupException();
        }
        CpuList.requireWithin(asked, available.text());
    }
}
