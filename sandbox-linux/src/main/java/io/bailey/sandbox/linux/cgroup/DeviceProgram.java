package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.cgroup.Ebpf.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Optional;

/**
 * Device policies of a cgroup2 tree: there is no file for them, but an eBPF program that the kernel
 * asks at each open(2) and mknod(2) of a device (cgroup-v2.rst, "Device controller"; Linux 4.15).
 */
final class DeviceProgram {
    private static final int BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private static final int BPF_CGROUP_DEVICE = 6;

    /** Programs of the groups above go on being asked, and each must agree. */
    private static final int BPF_F_ALLOW_MULTI = 2;

    // struct bpf_cgroup_dev_ctx: access << 16 | kind, major, minor.
    private static final int ACCESS_AND_KIND = 0;
    private static final int MAJOR = 4;
    private static final int MINOR = 8;
    private static final int KIND_MASK = 0xFFFF;
    private static final int ACCESS_SHIFT = 16;

    private static final String LOAD = "load a BPF program for";

    private static final int ALLOW = 1;
    private static final int DENY = 0;

    // Registers of the program.
    private static final int KIND = 2;
    private static final int ACCESS = 3;
    private static final int MAJOR_NUMBER = 4;
    private static final int MINOR_NUMBER = 5;

    private DeviceProgram() {}

    /** The program that allows what one of {@code rules} grants, and nothing else. */
    static byte[] of(List<DeviceRule> rules) {
        Ebpf program =
                new Ebpf()
                        .load(KIND, Ebpf.R1, ACCESS_AND_KIND)
                        .copy(ACCESS, KIND)
                        .compute(Ebpf.AND, KIND, KIND_MASK)
                        .compute(Ebpf.SHIFT_RIGHT, ACCESS, ACCESS_SHIFT)
                        .load(MAJOR_NUMBER, Ebpf.R1, MAJOR)
                        .load(MINOR_NUMBER, Ebpf.R1, MINOR);
        for (DeviceRule rule : rules) {
            Label next = new Label();
            program.jump(Ebpf.JUMP_IF_NOT, KIND, rule.kind().number(), next);
            if (rule.access() != DeviceRule.ALL) {
                program.jump(Ebpf.JUMP_IF_ANY, ACCESS, DeviceRule.ALL & ~rule.access(), next);
            }
            if (rule.major() != DeviceRule.ANY) {
                program.jump(Ebpf.JUMP_IF_NOT, MAJOR_NUMBER, rule.major(), next);
            }
            if (rule.minor() != DeviceRule.ANY) {
                program.jump(Ebpf.JUMP_IF_NOT, MINOR_NUMBER, rule.minor(), next);
            }
            program.answer(ALLOW).place(next);
        }
        return program.answer(DENY).assemble();
    }

    /**
     * Puts {@code group} under {@code rules}, for as long as it exists. Returns why that is not to
     * be had here.
     */
    static Optional<Problem> attach(Linux linux, GroupDirectory group, List<DeviceRule> rules)
            throws CgroupFailure {
        int program = load(linux, of(rules));
        if (program < 0) {
            return refusal(new CgroupFailure(LOAD, -program, group.path()), -program);
        }
        try {
            int r = linux.bpfAttach(group.fd(), program, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI);
            return r < 0
                    ? refusal(new CgroupFailure("attach a BPF program to", -r, group.path()), -r)
                    : Optional.empty();
        } finally {
            linux.close(program);
        }
    }

    /** Why this process cannot do so; it loads a program that denies all, and lets go of it. */
    static Optional<Problem> obstacle(Linux linux) {
        int program = load(linux, of(List.of()));
        if (program < 0) {
            return Optional.of(problem(new CgroupFailure(LOAD, -program, "a cgroup"), -program));
        }
        linux.close(program);
        return Optional.empty();
    }

    private static int load(Linux linux, byte[] program) {
        return linux.bpfLoad(BPF_PROG_TYPE_CGROUP_DEVICE, "bailey_devices", program);
    }

    /** EINVAL is what a kernel says that does not know this type of program. */
    private static Optional<Problem> refusal(CgroupFailure failure, int errno)
            throws CgroupFailure {
        if (!failure.isRefusal() && errno != Errno.EINVAL && errno != Errno.ENOSYS) {
            throw failure;
        }
        return Optional.of(problem(failure, errno));
    }

    private static Problem problem(CgroupFailure failure, int errno) {
        boolean notAllowed = errno == Errno.EPERM || errno == Errno.EACCES;
        return new Problem(
                "device policy",
                String.valueOf(failure.getMessage()),
                notAllowed
                        ? "give the JVM CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, and let no outer"
                                + " container's seccomp filter refuse bpf(2)"
                        : "boot a kernel with CONFIG_CGROUP_BPF");
    }
}
