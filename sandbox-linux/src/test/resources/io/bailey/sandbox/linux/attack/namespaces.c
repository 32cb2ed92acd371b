/* Namespaces of its own would give a process every capability in them, and the kernel's least tried code. */
#include "attempt.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* user.max_user_namespaces is 0: a wall of the kernel's own. */
static _Noreturn void namespace_gate(long result) {
    if (result < 0 && errno == ENOSPC) {
        refused("ENOSPC");
    }
    gate(result);
}

static void unshare_one(const struct attempt *a) {
    namespace_gate(syscall(SYS_unshare, a->number));
}

static void clone_one(const struct attempt *a) {
    long child = syscall(SYS_clone, a->number | SIGCHLD, NULL, NULL, NULL, 0);
    if (child == 0) {
        _exit(0);
    }
    namespace_gate(child);
}

/* Its flags lie in memory, where a filter cannot look: all of it must be refused. ENOSYS sends libraries to clone(2). */
static void clone3_one(const struct attempt *a) {
    struct clone_args arguments = {.flags = (unsigned long)a->number, .exit_signal = SIGCHLD};
    long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) {
        _exit(0);
    }
    namespace_gate(child);
}

/* Into the one it is in already: only permission can be what is wrong. */
static void join(const struct attempt *a) {
    int fd = open(in("/proc/self/ns", a->text), O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    gate(syscall(SYS_setns, fd, a->number));
}

static void join_by_pidfd(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    gate(syscall(SYS_setns, pidfd, a->number));
}

static void join_host(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, site.victim, 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    gate(syscall(SYS_setns, pidfd, a->number));
}

#define EACH(verb, run) \
    {verb " user", run, CLONE_NEWUSER, NULL}, {verb " mount", run, CLONE_NEWNS, NULL}, {verb " pid", run, CLONE_NEWPID, NULL}, \
    {verb " network", run, CLONE_NEWNET, NULL}, {verb " uts", run, CLONE_NEWUTS, NULL}, {verb " ipc", run, CLONE_NEWIPC, NULL}, \
    {verb " cgroup", run, CLONE_NEWCGROUP, NULL}, {verb " time", run, CLONE_NEWTIME, NULL}, \
    {verb " user and mount", run, CLONE_NEWUSER | CLONE_NEWNS, NULL}

static const struct attempt attempts[] = {
    EACH("unshare", unshare_one),
    /* For clone the bit of CLONE_NEWTIME is part of the exit signal. */
    {"clone user", clone_one, CLONE_NEWUSER, NULL},
    {"clone mount", clone_one, CLONE_NEWNS, NULL},
    {"clone pid", clone_one, CLONE_NEWPID, NULL},
    {"clone network", clone_one, CLONE_NEWNET, NULL},
    {"clone uts", clone_one, CLONE_NEWUTS, NULL},
    {"clone ipc", clone_one, CLONE_NEWIPC, NULL},
    {"clone cgroup", clone_one, CLONE_NEWCGROUP, NULL},
    {"clone user and pid", clone_one, CLONE_NEWUSER | CLONE_NEWPID, NULL},
    {"clone user, high bits set", clone_one, CLONE_NEWUSER | 1L << 40, NULL},
    {"clone3 nothing", clone3_one, 0, NULL},
    EACH("clone3", clone3_one),
    {"setns user", join, CLONE_NEWUSER, "user"},
    {"setns mount", join, CLONE_NEWNS, "mnt"},
    {"setns pid", join, CLONE_NEWPID, "pid"},
    {"setns pid for children", join, CLONE_NEWPID, "pid_for_children"},
    {"setns network", join, CLONE_NEWNET, "net"},
    {"setns uts", join, CLONE_NEWUTS, "uts"},
    {"setns ipc", join, CLONE_NEWIPC, "ipc"},
    {"setns cgroup", join, CLONE_NEWCGROUP, "cgroup"},
    {"setns time", join, CLONE_NEWTIME, "time"},
    {"setns time for children", join, CLONE_NEWTIME, "time_for_children"},
    {"setns of any type", join, 0, "net"},
    {"setns by pidfd", join_by_pidfd, CLONE_NEWNS | CLONE_NEWPID, NULL},
    {"setns to a process of the host", join_host, CLONE_NEWNS, NULL},
};
GROUP(namespaces, "namespaces", attempts);
