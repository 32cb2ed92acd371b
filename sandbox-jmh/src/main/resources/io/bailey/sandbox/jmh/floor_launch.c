/* The parent's share of one run: limits, detached trees, pipes, clone3, id maps, output, the wait, the clean-up. */
#define _GNU_SOURCE
#include "floor_launch.h"

#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/mount.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_ID 524288L
#define RANGE 65536
#define CHECK(result, step) check((long)(result), step)
#define PRIVATE (1 << 18) /* MS_PRIVATE */

/* Two hierarchies of v1, or one directory of v2 that stands for both. */
static struct {
    int v2;
    char memory[4096];
    char pids[4096];
} above;

static int init_fd, last_capability, userns = -1, devices = -1;
static char map_text[64];

__attribute__((noreturn)) void die(const char *step) {
    fprintf(stderr, "floor: %s: %s\n", step, strerror(errno));
    exit(1);
}

long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static long check(long result, const char *step) {
    if (result < 0) die(step);
    return result;
}

static void put(int directory, const char *file, const char *text) {
    int fd = CHECK(openat(directory, file, O_WRONLY | O_CLOEXEC), file);
    CHECK(write(fd, text, strlen(text)), file);
    close(fd);
}

static void drain(int directory, const char *file) {
    char buffer[4096];
    int fd = openat(directory, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return; /* pids.peak and the like are younger than some kernels */
    if (read(fd, buffer, sizeof buffer) < 0) die(file);
    close(fd);
}

/* ---- once ---- */

static void read_text(const char *path, char *text, size_t size) {
    int fd = CHECK(open(path, O_RDONLY | O_CLOEXEC), path);
    ssize_t n = CHECK(read(fd, text, size - 1), path);
    text[n] = 0;
    close(fd);
}

static void find_above(const char *controller, char *into, size_t size) {
    char text[4096], *line, *rest = text;
    read_text("/proc/self/cgroup", text, sizeof text);
    while ((line = strsep(&rest, "\n")) != NULL) {
        strsep(&line, ":");
        char *names = line ? strsep(&line, ":") : NULL;
        if (names && line && strcmp(names, controller) == 0) {
            snprintf(into, size, "/sys/fs/cgroup%s%s%s", *controller ? "/" : "", controller, line);
            return;
        }
    }
    errno = ENOENT;
    die("find the own cgroup");
}

static void find_cgroups(void) {
    above.v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
    find_above(above.v2 ? "" : "memory", above.memory, sizeof above.memory);
    find_above(above.v2 ? "" : "pids", above.pids, sizeof above.pids);
}

static void map_ids(int pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
    put(AT_FDCWD, path, map_text);
    snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
    put(AT_FDCWD, path, map_text);
}

static void sleep_on(void *unused) {
    (void)unused;
    for (;;) SYS(__NR_pause);
}

/* A user namespace held by a descriptor only: idmapped mounts take their map from it. */
static void make_userns(void) {
    static char stack[4096] __attribute__((aligned(16)));
    struct clone_args args = {.flags = CLONE_VM | CLONE_NEWUSER, .exit_signal = SIGCHLD};
    char path[64];
    args.stack = (unsigned long)stack;
    args.stack_size = sizeof stack;
    int pid = CHECK(clone_into(&args, sleep_on, NULL), "clone3");
    map_ids(pid);
    snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
    userns = CHECK(open(path, O_RDONLY | O_CLOEXEC), path);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void make_node(int directory, const char *name, int major, int minor) {
    CHECK(mknodat(directory, name, S_IFCHR | 0666, makedev(major, minor)), name);
    CHECK(fchmodat(directory, name, 0666, 0), name);
}

static void set_attributes(int mount, long flags, long attributes, int idmap) {
    struct mount_attr attr = {.attr_set = attributes, .propagation = PRIVATE};
    if (idmap) {
        attr.attr_set |= MOUNT_ATTR_IDMAP;
        attr.userns_fd = userns;
        if (SYS(__NR_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr) == 0) return;
        attr.attr_set &= ~MOUNT_ATTR_IDMAP;
    }
    CHECK(SYS(__NR_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr), "mount_setattr");
}

static void make_devices(int idmap) {
    int fs = CHECK(SYS(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC), "fsopen");
    SYS(__NR_fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0755", 0);
    CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0), "fsconfig");
    long attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    devices = CHECK(SYS(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attributes), "fsmount");
    close(fs);
    make_node(devices, "null", 1, 3);
    make_node(devices, "zero", 1, 5);
    make_node(devices, "full", 1, 7);
    make_node(devices, "random", 1, 8);
    make_node(devices, "urandom", 1, 9);
    make_node(devices, "tty", 5, 0);
    const char *directories[] = {"pts", "shm", "mqueue"};
    for (int i = 0; i < 3; i++) CHECK(mkdirat(devices, directories[i], 0755), directories[i]);
    CHECK(symlinkat("/proc/self/fd", devices, "fd"), "fd");
    CHECK(symlinkat("pts/ptmx", devices, "ptmx"), "ptmx");
    set_attributes(devices, 0, attributes | MOUNT_ATTR_RDONLY, idmap);
}

void prepare(const struct options *options) {
    char text[16];
    read_text("/proc/sys/kernel/cap_last_cap", text, sizeof text);
    last_capability = atoi(text);
    /* A range of our own: ids shared with a JVM at work would share its limits of mounts and namespaces, too. */
    snprintf(map_text, sizeof map_text, "0 %ld %d\n", FIRST_ID + (getpid() % 16384) * (long)RANGE, RANGE);
    init_fd = CHECK(open(options->init, O_PATH | O_CLOEXEC), options->init);
    if (options->limits) find_cgroups();
    if (options->kind & USERNS) make_userns();
    make_devices(options->kind & USERNS);
}

/* ---- one run ---- */

/* All that one run holds. */
struct run {
    const struct options *options;
    struct worker *worker;
    long *moments;
    int stream[3], out, err, status, status_in, lifeline, lifeline_in;
    int root, sysfs;
    int groups, directory[2], procs[2];
    char group[2][4200];
    int pid, pidfd;
};

static void make_group(struct run *run, const char *base, const char *files[][2], int count) {
    int n = run->groups++;
    snprintf(run->group[n], sizeof run->group[n], "%s/floor-%d-%u-%u", base, getpid(), run->worker->id,
            run->worker->serial);
    CHECK(mkdir(run->group[n], 0755), run->group[n]);
    run->directory[n] = CHECK(open(run->group[n], O_PATH | O_DIRECTORY | O_CLOEXEC), run->group[n]);
    for (int i = 0; i < count; i++) put(run->directory[n], files[i][0], files[i][1]);
    run->procs[n] = above.v2 ? -1 : CHECK(openat(run->directory[n], "tasks", O_WRONLY | O_CLOEXEC), "tasks");
}

static void make_groups(struct run *run) {
    static const char *memory[][2] = {
            {"memory.limit_in_bytes", "67108864"}, {"memory.memsw.limit_in_bytes", "67108864"}};
    static const char *pids[][2] = {{"pids.max", "64"}};
    static const char *both[][2] = {{"memory.max", "67108864"}, {"memory.swap.max", "0"}, {"pids.max", "64"}};
    if (above.v2) {
        make_group(run, above.memory, both, 3);
    } else {
        make_group(run, above.memory, memory, 2);
        make_group(run, above.pids, pids, 1);
    }
}

static void read_usage(struct run *run) {
    static const char *files[] = {
            "memory.max_usage_in_bytes", "memory.oom_control", "pids.events", "pids.peak"};
    static const char *v2[] = {"cpu.stat", "memory.peak", "memory.events", "pids.events", "pids.peak"};
    if (above.v2) {
        for (int i = 0; i < 5; i++) drain(run->directory[0], v2[i]);
    } else {
        for (int i = 0; i < 4; i++) drain(run->directory[i / 2], files[i]);
    }
}

static void remove_groups(struct run *run) {
    for (int n = run->groups - 1; n >= 0; n--) {
        if (run->procs[n] >= 0) close(run->procs[n]);
        close(run->directory[n]);
        while (rmdir(run->group[n]) < 0) {
            if (errno != EBUSY) die(run->group[n]);
            usleep(100);
        }
    }
}

static void make_trees(struct run *run) {
    int kind = run->options->kind;
    long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    run->root = CHECK(SYS(__NR_open_tree, AT_FDCWD, run->options->root, flags | AT_RECURSIVE), "open_tree");
    set_attributes(run->root, AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
            (kind & USERNS) && !(kind & HOST_ROOT));
    run->sysfs = -1;
    if (!(kind & NETNS)) {
        run->sysfs = CHECK(SYS(__NR_open_tree, AT_FDCWD, "/sys", flags), "open_tree");
        set_attributes(run->sysfs, 0,
                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0);
    }
}

static void make_pipe(int *read_end, int *write_end) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC), "pipe2");
    *read_end = ends[0];
    *write_end = ends[1];
}

static void make_pipes(struct run *run) {
    run->stream[0] = CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null");
    make_pipe(&run->out, &run->stream[1]);
    make_pipe(&run->err, &run->stream[2]);
    make_pipe(&run->status, &run->status_in);
    make_pipe(&run->lifeline_in, &run->lifeline);
    int ours[] = {run->out, run->err, run->status, run->lifeline, run->lifeline_in};
    for (int i = 0; i < 5; i++) CHECK(fcntl(ours[i], F_SETFL, O_NONBLOCK), "fcntl");
    if (run->options->kind & USERNS) {
        long owner = strtol(map_text + 2, NULL, 10);
        for (int i = 1; i < 3; i++) CHECK(fchown(run->stream[i], owner, owner), "fchown");
    }
}

/* In the child, in the parent's memory: raw system calls only. */
struct entry {
    int procs[2], groups, kept[8], count, userns;
    char *arguments[ARGUMENTS + 2];
    char text[ARGUMENTS][16];
};

static void keep_capabilities(void) {
    static struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    static const int needed[] = {CAP_DAC_OVERRIDE, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_NET_ADMIN,
            CAP_SYS_CHROOT, CAP_SYS_ADMIN, CAP_SYS_TIME};
    unsigned long all = (1UL << (last_capability + 1)) - 1;
    unsigned low = all, high = all >> 32;
    struct __user_cap_data_struct data[2] = {{low, low, low}, {high, high, high}};
    SYS(__NR_capset, &header, data);
    for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++) {
        SYS(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, needed[i], 0, 0);
    }
}

static void enter(void *argument) {
    struct entry *entry = argument;
    static char *environment[] = {NULL};
    for (int i = 0; i < entry->groups; i++) SYS(__NR_write, entry->procs[i], "0", 1);
    SYS(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int i = 0; i < entry->count; i++) SYS(__NR_fcntl, entry->kept[i], F_SETFD, 0);
    if (entry->userns) keep_capabilities();
    SYS(__NR_execveat, init_fd, "", entry->arguments, environment, AT_EMPTY_PATH);
    SYS(__NR_exit_group, 126);
}

static struct entry *describe(struct run *run) {
    struct entry *entry = (struct entry *)run->worker->entry;
    int cpus = sysconf(_SC_NPROCESSORS_ONLN);
    int numbers[COMMAND] = {run->stream[0], run->stream[1], run->stream[2], run->status_in, run->lifeline_in,
            run->root, devices, run->sysfs, run->options->kind, cpus, last_capability};
    numbers[DEV] = CHECK(SYS(__NR_open_tree, devices, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH), "dev");
    entry->groups = above.v2 ? 0 : run->groups;
    memcpy(entry->procs, run->procs, sizeof entry->procs);
    entry->userns = run->options->kind & USERNS;
    entry->count = 0;
    entry->arguments[0] = "floor-init";
    for (int i = 0; i < COMMAND; i++) {
        snprintf(entry->text[i], sizeof entry->text[i], "%d", numbers[i]);
        entry->arguments[i + 1] = entry->text[i];
        if (i <= SYSFS && numbers[i] >= 0) entry->kept[entry->count++] = numbers[i];
    }
    entry->arguments[COMMAND + 1] = (char *)run->options->command;
    entry->arguments[COMMAND + 2] = NULL;
    return entry;
}

static void start(struct run *run) {
    int kind = run->options->kind;
    struct entry *entry = describe(run);
    struct clone_args args = {
            .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS
                    | CLONE_NEWIPC | (kind & USERNS ? CLONE_NEWUSER : 0) | (kind & NETNS ? CLONE_NEWNET : 0),
            .pidfd = (unsigned long)&run->pidfd,
            .stack = (unsigned long)run->worker->stack,
            .stack_size = sizeof run->worker->stack,
    };
    if (run->groups > 0 && above.v2) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = run->directory[0];
    }
    run->moments[PREPARED] = now();
    run->pid = CHECK(clone_into(&args, enter, entry), "clone3");
    run->moments[CLONED] = now();
    if (kind & USERNS) {
        map_ids(run->pid);
        CHECK(write(run->lifeline, "1", 1), "lifeline");
    }
    for (int i = 0; i < 3; i++) close(run->stream[i]);
    close(run->status_in);
    close(run->lifeline_in);
    close(run->root);
    close(atoi(entry->text[DEV]));
    if (run->sysfs >= 0) close(run->sysfs);
}

static void wait_for(struct run *run) {
    char buffer[65536];
    struct pollfd all[] = {{run->pidfd, POLLIN, 0}, {run->out, POLLIN, 0}, {run->err, POLLIN, 0}};
    while (!all[0].revents) {
        CHECK(poll(all, 3, -1), "poll");
        for (int i = 1; i < 3; i++) {
            if (all[i].revents && read(all[i].fd, buffer, sizeof buffer) == 0) all[i].fd = -1;
        }
    }
    while (read(run->out, buffer, sizeof buffer) > 0 || read(run->err, buffer, sizeof buffer) > 0) continue;
}

static void finish(struct run *run) {
    struct report report = {0};
    siginfo_t info;
    struct rusage usage;
    ssize_t n = read(run->status, &report, sizeof report);
    CHECK(SYS(__NR_waitid, P_PIDFD, run->pidfd, &info, WEXITED | __WALL, &usage), "waitid");
    int fds[] = {run->pidfd, run->out, run->err, run->status, run->lifeline};
    for (int i = 0; i < 5; i++) close(fds[i]);
    if (run->groups > 0) {
        read_usage(run);
        remove_groups(run);
    }
    if (n != sizeof report || report.line != 0 || report.status != 0) {
        fprintf(stderr, "floor: read %zd, floor_init.c:%d: %s, status %d\n", n, report.line, strerror(report.error),
                report.status);
        exit(1);
    }
    for (int i = 0; i < STAMPS; i++) {
        run->moments[SET_UP + i] = report.stamps[i][0] * 1000000000L + report.stamps[i][1];
    }
}

void run_once(const struct options *options, struct worker *worker, long moments[MOMENTS]) {
    struct run run = {.options = options, .worker = worker, .moments = moments};
    worker->serial++;
    moments[ASKED] = now();
    if (options->limits) make_groups(&run);
    make_trees(&run);
    make_pipes(&run);
    start(&run);
    wait_for(&run);
    finish(&run);
    moments[DONE] = now();
}
