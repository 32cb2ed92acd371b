/*
 * The floor's PID 1: a static program without libc that makes the sandbox from within, starts the command, reaps it and tells.
 *
 *   gcc -O2 -static -nostdlib -ffreestanding -fno-stack-protector -fno-pie -no-pie -o floor-init floor_init.c
 */
#include "floor.h"

#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/time.h>

#define ENOENT 2
#define EAGAIN 11
#define EINVAL 22
#define POLLIN 1
#define SIGCHLD 17
#define WALL 0x40000000

static int fds[COMMAND];
static int kind;
static const char *command;
static struct report report;

#define MUST(result) must(__LINE__, result)

static long must(int line, long result) {
    if (result < 0) {
        static struct report failure;
        failure.line = line;
        failure.error = -result;
        SYS(__NR_write, fds[STATUS], &failure, sizeof failure);
        SYS(__NR_exit_group, 127);
    }
    return result;
}

static void stamp(int moment) {
    SYS(__NR_clock_gettime, 1 /* CLOCK_MONOTONIC */, report.stamps[moment]);
}

static int number(const char *text) {
    int sign = *text == '-' ? -1 : 1, value = 0;
    for (text += sign < 0; *text; text++) value = value * 10 + *text - '0';
    return sign * value;
}

/* ---- mounts ---- */

#define DATA (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
#define TREE (OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)

static int root, scratch, empty_directory, empty_file;

static int begin(const char *type) {
    return MUST(SYS(__NR_fsopen, type, FSOPEN_CLOEXEC));
}

static void option(int fs, const char *key, const char *value) {
    MUST(SYS(__NR_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0));
}

static int end(int fs, long attributes) {
    MUST(SYS(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0));
    return MUST(SYS(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
}

static int tmpfs(const char *mode, const char *size, const char *inodes, long attributes) {
    int fs = begin("tmpfs");
    option(fs, "mode", mode);
    option(fs, "size", size);
    option(fs, "nr_inodes", inodes);
    return end(fs, attributes);
}

static long lookup(const char *path) {
    static struct open_how how = {O_PATH | O_CLOEXEC, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS};
    return SYS(__NR_openat2, root, path, &how, sizeof how);
}

static void attach(int mount, int target) {
    MUST(SYS(__NR_move_mount, mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static void place(int mount, const char *path) {
    attach(mount, MUST(lookup(path)));
}

static void attach_at(int mount, const char *path) {
    MUST(SYS(__NR_move_mount, mount, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH));
}

/* Covers a path, if it is there, with a read-only clone of the cover, or of itself where that is negative. */
static void cover(const char *path, int cover) {
    static struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | DATA};
    long target = lookup(path);
    if (target == -ENOENT) return;
    MUST(target);
    int mount = MUST(SYS(__NR_open_tree, cover < 0 ? target : cover, "", TREE));
    MUST(SYS(__NR_mount_setattr, mount, "", AT_EMPTY_PATH, &attributes, sizeof attributes));
    attach(mount, target);
}

static int open_path(const char *name) {
    return MUST(SYS(__NR_openat, scratch, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

static void make_scratch(void) {
    scratch = tmpfs("0755", "269484032", "131584", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    attach_at(scratch, "/proc/driver");
    MUST(SYS(__NR_mkdirat, scratch, "empty", 0555));
    empty_directory = open_path("empty");
    MUST(SYS(__NR_mknodat, scratch, "none", 0100444, 0));
    empty_file = open_path("none");
}

static void lay_overlay(void) {
    attach_at(root, "/proc/driver");
    MUST(SYS(__NR_mkdirat, scratch, "upper", 0755));
    MUST(SYS(__NR_mkdirat, scratch, "work", 0755));
    int upper = open_path("upper"), work = open_path("work");
    int fs = begin("overlay");
    MUST(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "lowerdir+", 0, root));
    MUST(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "upperdir", 0, upper));
    MUST(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "workdir", 0, work));
    option(fs, "redirect_dir", "nofollow");
    option(fs, "metacopy", "off");
    if (kind & USERNS) MUST(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FLAG, "userxattr", 0, 0));
    root = end(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

static void write_zero(int directory, const char *path);

static void mount_proc(void) {
    place(end(begin("proc"), DATA), "/proc");
    if (kind & USERNS) write_zero(root, "proc/sys/user/max_user_namespaces");
    static const char *read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    static const char *directories[] = {"/proc/acpi", "/proc/asound", "/proc/scsi"};
    static const char *files[] = {"/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
            "/proc/sched_debug", "/proc/timer_list", "/proc/timer_stats"};
    for (unsigned i = 0; i < sizeof read_only / sizeof *read_only; i++) cover(read_only[i], -1);
    for (unsigned i = 0; i < sizeof directories / sizeof *directories; i++) cover(directories[i], empty_directory);
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) cover(files[i], empty_file);
}

static void mount_sys(void) {
    if (fds[SYSFS] >= 0) {
        place(fds[SYSFS], "/sys");
        cover("/sys/fs/cgroup", empty_directory);
    } else {
        place(end(begin("sysfs"), MOUNT_ATTR_RDONLY | DATA), "/sys");
    }
    cover("/sys/firmware", empty_directory);
    cover("/sys/devices/virtual/powercap", empty_directory);
    for (int cpu = 0; cpu < fds[CPUS] && cpu < 100; cpu++) {
        static char path[] = "/sys/devices/system/cpu/cpuNN/thermal_throttle";
        static const char tail[] = "/thermal_throttle";
        char *at = path + sizeof "/sys/devices/system/cpu/cpu" - 1;
        if (cpu > 9) *at++ = '0' + cpu / 10;
        *at++ = '0' + cpu % 10;
        for (unsigned i = 0; i < sizeof tail; i++) at[i] = tail[i];
        cover(path, empty_directory);
    }
}

static void mount_dev(void) {
    place(fds[DEV], "/dev");
    int fs = begin("devpts");
    option(fs, "ptmxmode", "0666");
    option(fs, "mode", "0620");
    option(fs, "gid", "5");
    place(end(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC), "/dev/pts");
    place(tmpfs("1777", "67108864", "32768", DATA), "/dev/shm");
    place(end(begin("mqueue"), DATA), "/dev/mqueue");
}

static void private_directory(const char *path) {
    long target = lookup(path);
    if (target == -ENOENT) return;
    MUST(target);
    attach(tmpfs("1777", "268435456", "131072", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV), target);
}

static void make_root(void) {
    MUST(SYS(__NR_mount, 0, "/", 0, 0x4000 | 0x40000 /* MS_REC|MS_PRIVATE */, 0));
    make_scratch();
    root = fds[ROOT];
    if (kind & OVERLAY) lay_overlay();
    attach_at(root, "/");
    mount_proc();
    mount_sys();
    mount_dev();
    if (kind & (HOST_ROOT | PRIVATE_TMP)) private_directory("/tmp");
    if (kind & HOST_ROOT) {
        private_directory("/var/tmp");
        private_directory("/run");
    }
    MUST(SYS(__NR_fchdir, root));
    MUST(SYS(__NR_pivot_root, ".", "."));
    MUST(SYS(__NR_umount2, ".", 2 /* MNT_DETACH */));
    MUST(SYS(__NR_chdir, "/"));
}

/* ---- namespaces, streams ---- */

struct pollfd {
    int fd;
    short events, revents;
};

static void become_root(void) {
    static struct pollfd go = {0, POLLIN, 0};
    char byte;
    go.fd = fds[LIFELINE];
    MUST(SYS(__NR_ppoll, &go, 1, 0, 0, 0));
    if (MUST(SYS(__NR_read, fds[LIFELINE], &byte, 1)) == 0) SYS(__NR_exit_group, 137);
    MUST(SYS(__NR_setresgid, 0, 0, 0));
    MUST(SYS(__NR_setgroups, 0, 0));
    MUST(SYS(__NR_setresuid, 0, 0, 0));
}

static void loopback_up(void) {
    static struct {
        char name[16];
        short flags;
        char rest[22];
    } request = {"lo", 0x41 /* IFF_UP|IFF_RUNNING */, ""};
    int socket = MUST(SYS(__NR_socket, 2, 2 | O_CLOEXEC, 0));
    MUST(SYS(__NR_ioctl, socket, 0x8914 /* SIOCSIFFLAGS */, &request));
    MUST(SYS(__NR_close, socket));
}

/* Best effort, as Bailey's own. */
static void write_zero(int directory, const char *path) {
    long file = SYS(__NR_openat, directory, path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    SYS(__NR_write, file, "0", 1);
    SYS(__NR_close, file);
}

static void make_namespaces(void) {
    MUST(SYS(__NR_setsid));
    MUST(SYS(__NR_umask, 0));
    MUST(SYS(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0));
    write_zero(AT_FDCWD, "/proc/self/oom_score_adj");
    if (kind & USERNS) become_root();
    MUST(SYS(__NR_unshare, CLONE_NEWCGROUP));
    MUST(SYS(__NR_sethostname, "sandbox", 7));
    if (kind & NETNS) loopback_up();
    MUST(SYS(__NR_unshare, CLONE_NEWTIME));
}

static void close_range(unsigned from, unsigned to) {
    if (from <= to) MUST(SYS(__NR_close_range, from, to, 0));
}

static void take_streams(void) {
    for (int stream = 0; stream < 3; stream++) MUST(SYS(__NR_dup3, fds[STDIN + stream], stream, 0));
    unsigned low = fds[STATUS], high = fds[LIFELINE];
    if (low > high) {
        unsigned swap = low;
        low = high;
        high = swap;
    }
    close_range(3, low - 1);
    close_range(low + 1, high - 1);
    close_range(high + 1, ~0U);
}

/* ---- the command ---- */

static void become_command(void *unused) {
    static struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    static struct __user_cap_data_struct none[2];
    static unsigned long standard[4], no_signals, no_core[2];
    static const char *environment[] = {
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", 0};
    static const char *arguments[2];
    (void)unused;
    MUST(SYS(__NR_setsid));
    for (int signal = 1; signal <= 64; signal++) SYS(__NR_rt_sigaction, signal, standard, 0, 8);
    MUST(SYS(__NR_rt_sigprocmask, 2, &no_signals, 0, 8));
    MUST(SYS(__NR_umask, 022));
    MUST(SYS(__NR_prlimit64, 0, 4 /* RLIMIT_CORE */, no_core, 0));
    for (int capability = 0; capability <= fds[LAST_CAP]; capability++) {
        MUST(SYS(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0));
    }
    MUST(SYS(__NR_setgroups, 0, 0));
    MUST(SYS(__NR_setresgid, 0, 0, 0));
    MUST(SYS(__NR_setresuid, 0, 0, 0));
    MUST(SYS(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    MUST(SYS(__NR_capset, &header, none));
    MUST(SYS(__NR_chdir, "/"));
    MUST(SYS(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(SYS(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC));
    arguments[0] = command;
    MUST(SYS(__NR_execve, command, arguments, environment));
}

static void tell(void) {
    stamp(COMMAND_ENDED);
    MUST(SYS(__NR_write, fds[STATUS], &report, sizeof report));
    SYS(__NR_exit_group, 0);
}

static void watch(int pid, int signals) {
    static struct pollfd both[2];
    char buffer[128];
    both[0] = (struct pollfd){signals, POLLIN, 0};
    both[1] = (struct pollfd){fds[LIFELINE], POLLIN, 0};
    for (;;) {
        MUST(SYS(__NR_ppoll, both, 2, 0, 0, 0));
        SYS(__NR_read, signals, buffer, sizeof buffer);
        long ended;
        while ((ended = SYS(__NR_wait4, -1, &report.status, 1 | WALL, report.usage)) > 0) {
            if (ended == pid) tell();
        }
        long n = SYS(__NR_read, fds[LIFELINE], buffer, 1);
        if (n == 0) SYS(__NR_exit_group, 137);
        if (n == 1) SYS(__NR_kill, pid, buffer[0]);
    }
}

static void start_and_watch(void) {
    static char stack[8192] __attribute__((aligned(16)));
    static struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD};
    static unsigned long mask = 1UL << (SIGCHLD - 1);
    args.stack = (unsigned long)stack;
    args.stack_size = sizeof stack;
    MUST(SYS(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
    static unsigned long standard[4];
    MUST(SYS(__NR_rt_sigaction, SIGCHLD, standard, 0, 8));
    MUST(SYS(__NR_rt_sigprocmask, 2, &mask, 0, 8));
    int signals = MUST(SYS(__NR_signalfd4, -1, &mask, 8, O_CLOEXEC | O_NONBLOCK));
    stamp(SETUP_DONE);
    int pid = MUST(clone_into(&args, become_command, 0));
    stamp(EXEC_DONE);
    MUST(SYS(__NR_close_range, 0, 2, 0));
    watch(pid, signals);
}

__attribute__((used)) static void run(long *stack) {
    char **arguments = (char **)(stack + 2); /* argc, the name, then ours */
    for (int i = 0; i < COMMAND; i++) fds[i] = number(arguments[i]);
    kind = fds[KIND];
    command = arguments[COMMAND];
    make_namespaces();
    make_root();
    take_streams();
    start_and_watch();
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\txor %ebp, %ebp\n\tcall run\n\thlt\n");
