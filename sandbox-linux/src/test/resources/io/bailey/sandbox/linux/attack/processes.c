/*
 * The sandbox's first process (the runtime's own), and a process of the host. The second is a child of the test; without a pid
 * namespace it is in sight, and what is done to it there must be harmless.
 */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Which of the two an attempt is about, in attempt.number. */
#define INIT 0
#define HOST 1

static pid_t target(const struct attempt *a) {
    if ((a->number & 1) == HOST) {
        return site.victim;
    }
    if (site.init == 0) {
        absent("the runtime leaves no process inside");
    }
    return site.init;
}

static const char *file_of(const struct attempt *a) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/%s", target(a), a->text);
    return path;
}

/* Lets go of it once it has stopped; a tracer that ends before that would leave it stopped. */
static void trace(const struct attempt *a) {
    enum __ptrace_request how = (enum __ptrace_request)(a->number >> 8);
    if (ptrace(how, target(a), NULL, NULL) != 0) {
        refused(strerrorname_np(errno));
    }
    if (how == PTRACE_SEIZE) {
        ptrace(PTRACE_INTERRUPT, target(a), NULL, NULL);
    }
    waitpid(target(a), NULL, __WALL);
    ptrace(PTRACE_DETACH, target(a), NULL, NULL);
    allowed("traced");
}

static void read_memory(const struct attempt *a) {
    char byte;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)0x400000, 1};
    long result = process_vm_readv(target(a), &here, 1, &there, 1, 0);
    if (result < 0 && errno == ESRCH) {
        refused("ESRCH");
    }
    gate(result);
}

/* Into the page at 0, which nobody has: EFAULT shows that the door was open. */
static void write_memory(const struct attempt *a) {
    char byte = 0;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)16, 1};
    long result = process_vm_writev(target(a), &here, 1, &there, 1, 0);
    if (result < 0 && errno == ESRCH) {
        refused("ESRCH");
    }
    gate(result);
}

static void open_file(const struct attempt *a) {
    const char *path = file_of(a);
    int mode = a->number & 2 ? O_WRONLY : O_RDONLY;
    if (a->number & 4) {
        mode = O_RDWR;
    }
    effect(open(path, mode | O_NONBLOCK));
}

/* Some files can be opened by all and give nothing. */
static void read_file(const struct attempt *a) {
    char some[64];
    int fd = open(file_of(a), O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    ssize_t length = read(fd, some, sizeof some);
    if (length == 0) {
        refused("empty");
    }
    effect(length);
}

static void read_link(const struct attempt *a) {
    char link[256];
    effect(readlink(file_of(a), link, sizeof link));
}

static void list(const struct attempt *a) {
    DIR *directory = opendir(file_of(a));
    if (directory == NULL) {
        refused(strerrorname_np(errno));
    }
    errno = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            allowed("has %s", entry->d_name);
        }
    }
    refused(errno == 0 ? "empty" : strerrorname_np(errno));
}

static void pause_a_little(void) {
    nanosleep(&(struct timespec){0, 50000000}, NULL);
}

static int is_stopped(pid_t process) {
    char path[64];
    char state[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, state, sizeof state - 1);
    char *name_end = length > 0 ? strrchr(state, ')') : NULL;
    return name_end && name_end[2] == 'T';
}

/* The kernel says yes to a signal for the first process of a pid namespace, and drops it. So the question is whether it lives. */
static _Noreturn void see_whether_it_lives(pid_t process) {
    pause_a_little();
    if (kill(process, 0) != 0 && errno == ESRCH) {
        allowed("it is gone");
    }
    if (is_stopped(process)) {
        kill(process, SIGCONT);
        allowed("it was stopped");
    }
    refused("dropped");
}

/* Where its number is the host's, only what does no harm to whoever has it. */
static void kill_init(const struct attempt *a) {
    if (site.in_place) {
        effect(kill(target(a), SIGCONT));
    }
    if (kill(target(a), (int)(a->number >> 8)) != 0) {
        refused(strerrorname_np(errno));
    }
    see_whether_it_lives(target(a));
}

static void kill_init_by_pidfd(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, target(a), 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    long result = syscall(SYS_pidfd_send_signal, pidfd, site.in_place ? SIGCONT : SIGKILL, NULL, 0);
    if (site.in_place || result < 0) {
        effect(result);
    }
    see_whether_it_lives(target(a));
}

static void signal_by_kill(const struct attempt *a) {
    effect(kill(target(a), (int)(a->number >> 8)));
}

static void signal_by_tgkill(const struct attempt *a) {
    effect(syscall(SYS_tgkill, target(a), target(a), SIGCONT));
}

static void signal_by_tkill(const struct attempt *a) {
    effect(syscall(SYS_tkill, target(a), SIGCONT));
}

static void signal_by_queue(const struct attempt *a) {
    siginfo_t info = {.si_code = SI_QUEUE};
    effect(syscall(SYS_rt_sigqueueinfo, target(a), SIGCONT, &info));
}

static void signal_by_pidfd(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, target(a), 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    effect(syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0));
}

/* The kernel sends it on our behalf when the pipe fills; whether it arrived only the victim can tell, and the test asks it. */
static void signal_by_owner(const struct attempt *a) {
    int ends[2];
    if (pipe(ends) != 0) {
        broken("pipe");
    }
    if (fcntl(ends[0], F_SETOWN, target(a)) != 0) {
        refused(strerrorname_np(errno));
    }
    fcntl(ends[0], F_SETSIG, SIGURG);
    fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    if (write(ends[1], "x", 1) != 1) {
        broken("write");
    }
    pause_a_little();
    refused("the victim can tell");
}

static void take_descriptor(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, target(a), 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    effect(syscall(SYS_pidfd_getfd, pidfd, 0, 0));
}

static void compare(const struct attempt *a) {
    effect(syscall(SYS_kcmp, target(a), getpid(), KCMP_VM, 0, 0));
}

static void advise(const struct attempt *a) {
    int pidfd = (int)syscall(SYS_pidfd_open, target(a), 0);
    if (pidfd < 0) {
        refused(strerrorname_np(errno));
    }
    struct iovec there = {(void *)0x400000, 4096};
    gate(syscall(SYS_process_madvise, pidfd, &there, 1, 20 /* MADV_COLD */, 0));
}

static void move_its_pages(const struct attempt *a) {
    void *page = (void *)0x400000;
    int status;
    long result = syscall(SYS_move_pages, target(a), 1, &page, NULL, &status, 0);
    if (result < 0 && errno == ESRCH) {
        refused("ESRCH");
    }
    gate(result);
}

static void migrate_its_pages(const struct attempt *a) {
    unsigned long nodes = 1;
    long result = syscall(SYS_migrate_pages, target(a), 64, &nodes, &nodes);
    if (result < 0 && errno == ESRCH) {
        refused("ESRCH");
    }
    gate(result);
}

/* To what they are already; SIGXCPU and SIGKILL would follow a lower RLIMIT_CPU. */
static void set_limits(const struct attempt *a) {
    struct rlimit limit;
    if (prlimit(target(a), RLIMIT_CPU, NULL, &limit) != 0) {
        refused(strerrorname_np(errno));
    }
    effect(prlimit(target(a), RLIMIT_CPU, &limit, NULL));
}

/* A process number is an int: the kernel cuts off what a filter may compare. */
static void set_limits_by_high_bits(const struct attempt *a) {
    struct rlimit limit;
    long process = target(a) | 1L << 32;
    if (syscall(SYS_prlimit64, process, RLIMIT_CPU, NULL, &limit) != 0) {
        refused(strerrorname_np(errno));
    }
    effect(syscall(SYS_prlimit64, process, RLIMIT_CPU, &limit, NULL));
}

static void map_ids(const struct attempt *a) {
    int fd = open(file_of(a), O_WRONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    effect(write(fd, "0 0 1\n", 6));
}

static void set_nice(const struct attempt *a) {
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, (id_t)target(a));
    if (errno != 0) {
        refused(strerrorname_np(errno));
    }
    effect(setpriority(PRIO_PROCESS, (id_t)target(a), nice));
}

static void set_affinity(const struct attempt *a) {
    cpu_set_t cpus;
    if (sched_getaffinity(target(a), sizeof cpus, &cpus) != 0) {
        refused(strerrorname_np(errno));
    }
    effect(sched_setaffinity(target(a), sizeof cpus, &cpus));
}

static void set_scheduler(const struct attempt *a) {
    struct sched_param param = {0};
    effect(syscall(SYS_sched_setscheduler, target(a), SCHED_OTHER, &param));
}

static void set_io_priority(const struct attempt *a) {
    long now = syscall(SYS_ioprio_get, 1, target(a));
    if (now < 0) {
        refused(strerrorname_np(errno));
    }
    effect(syscall(SYS_ioprio_set, 1, target(a), now));
}

static void robust_list(const struct attempt *a) {
    void *head;
    size_t length;
    effect(syscall(SYS_get_robust_list, target(a), &head, &length));
}

static void seen_in_proc(const struct attempt *a) {
    struct stat status;
    char path[64];
    if (site.in_place) {
        absent("without a pid namespace they are in sight, and closed");
    }
    snprintf(path, sizeof path, "/proc/%d", target(a));
    effect(stat(path, &status));
}

/* Whatever has a number here must be a process of this sandbox: its first, and those that descend from it. */
static void strangers(const struct attempt *a) {
    (void)a;
    if (site.in_place) {
        absent("without a pid namespace they are in sight, and closed");
    }
    DIR *directory = opendir("/proc");
    if (directory == NULL) {
        refused(strerrorname_np(errno));
    }
    int seen = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        seen += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    }
    /* Beside the attempt and its parent the first process and, in a sandbox that was entered, its command. */
    if (seen > 4) {
        allowed("%d processes in /proc", seen);
    }
    refused("own processes only");
}

/* A new executable, as CVE-2019-5736 put over the runtime's. Opened only, never written to. */
static void write_own_exe(const struct attempt *a) {
    effect(open("/proc/self/exe", (int)a->number));
}

static const struct attempt init_attempts[] = {
    {"ptrace attach to the first process", trace, PTRACE_ATTACH << 8 | INIT, NULL},
    {"ptrace seize of the first process", trace, PTRACE_SEIZE << 8 | INIT, NULL},
    {"process_vm_readv of the first process", read_memory, INIT, NULL},
    {"process_vm_writev of the first process", write_memory, INIT, NULL},
    {"read its mem", open_file, INIT, "mem"},
    {"write its mem", open_file, INIT | 2, "mem"},
    {"open its exe", open_file, INIT, "exe"},
    {"write its exe", open_file, INIT | 2, "exe"},
    {"read and write its exe", open_file, INIT | 4, "exe"},
    {"where its exe is", read_link, INIT, "exe"},
    {"write /proc/self/exe", write_own_exe, O_WRONLY, NULL},
    {"truncate /proc/self/exe", write_own_exe, O_WRONLY | O_TRUNC, NULL},
    {"open its root", open_file, INIT, "root"},
    {"open its cwd", open_file, INIT, "cwd"},
    {"list its fd", list, INIT, "fd"},
    {"open its fd 0", open_file, INIT, "fd/0"},
    {"open its fd 3", open_file, INIT, "fd/3"},
    {"list its fdinfo", list, INIT, "fdinfo"},
    {"list its map_files", list, INIT, "map_files"},
    {"read its environ", read_file, INIT, "environ"},
    {"read its maps", read_file, INIT, "maps"},
    {"read its smaps", read_file, INIT, "smaps"},
    {"read its auxv", read_file, INIT, "auxv"},
    {"read its stack", read_file, INIT, "stack"},
    {"read its syscall", read_file, INIT, "syscall"},
    {"read its pagemap", read_file, INIT, "pagemap"},
    {"read its io", read_file, INIT, "io"},
    {"open its mount namespace", open_file, INIT, "ns/mnt"},
    {"open its user namespace", open_file, INIT, "ns/user"},
    {"write its oom_score_adj", open_file, INIT | 2, "oom_score_adj"},
    {"write its clear_refs", open_file, INIT | 2, "clear_refs"},
    {"write its uid_map", map_ids, INIT, "uid_map"},
    {"write its gid_map", map_ids, INIT, "gid_map"},
    {"kill it with SIGKILL", kill_init, SIGKILL << 8 | INIT, NULL},
    {"kill it with SIGTERM", kill_init, SIGTERM << 8 | INIT, NULL},
    {"stop it with SIGSTOP", kill_init, SIGSTOP << 8 | INIT, NULL},
    {"kill it with SIGSEGV", kill_init, SIGSEGV << 8 | INIT, NULL},
    {"kill it by pidfd", kill_init_by_pidfd, INIT, NULL},
    {"pidfd_getfd of it", take_descriptor, INIT, NULL},
    {"kcmp with it", compare, INIT, NULL},
    {"process_madvise of it", advise, INIT, NULL},
    {"move_pages of it", move_its_pages, INIT, NULL},
    {"migrate_pages of it", migrate_its_pages, INIT, NULL},
    {"prlimit of it", set_limits, INIT, NULL},
    {"prlimit of it, high bits set", set_limits_by_high_bits, INIT, NULL},
    {"setpriority of it", set_nice, INIT, NULL},
    {"sched_setaffinity of it", set_affinity, INIT, NULL},
    {"sched_setscheduler of it", set_scheduler, INIT, NULL},
    {"ioprio_set of it", set_io_priority, INIT, NULL},
    {"get_robust_list of it", robust_list, INIT, NULL},
};
GROUP(first_process, "the sandbox's first process", init_attempts);

static const struct attempt host_attempts[] = {
    {"host process: see it in /proc", seen_in_proc, HOST, NULL},
    {"host processes: any in /proc", strangers, HOST, NULL},
    {"host process: signal 0", signal_by_kill, HOST, NULL},
    {"host process: SIGCONT", signal_by_kill, SIGCONT << 8 | HOST, NULL},
    {"host process: tgkill", signal_by_tgkill, HOST, NULL},
    {"host process: tkill", signal_by_tkill, HOST, NULL},
    {"host process: rt_sigqueueinfo", signal_by_queue, HOST, NULL},
    {"host process: pidfd_send_signal", signal_by_pidfd, HOST, NULL},
    {"host process: F_SETOWN and SIGURG", signal_by_owner, HOST, NULL},
    {"host process: ptrace attach", trace, PTRACE_ATTACH << 8 | HOST, NULL},
    {"host process: ptrace seize", trace, PTRACE_SEIZE << 8 | HOST, NULL},
    {"host process: process_vm_readv", read_memory, HOST, NULL},
    {"host process: process_vm_writev", write_memory, HOST, NULL},
    {"host process: pidfd_getfd", take_descriptor, HOST, NULL},
    {"host process: kcmp", compare, HOST, NULL},
    {"host process: process_madvise", advise, HOST, NULL},
    {"host process: move_pages", move_its_pages, HOST, NULL},
    {"host process: migrate_pages", migrate_its_pages, HOST, NULL},
    {"host process: prlimit", set_limits, HOST, NULL},
    {"host process: prlimit, high bits set", set_limits_by_high_bits, HOST, NULL},
    {"host process: setpriority", set_nice, HOST, NULL},
    {"host process: sched_setaffinity", set_affinity, HOST, NULL},
    {"host process: sched_setscheduler", set_scheduler, HOST, NULL},
    {"host process: ioprio_set", set_io_priority, HOST, NULL},
    {"host process: get_robust_list", robust_list, HOST, NULL},
    {"host process: read mem", open_file, HOST, "mem"},
    {"host process: write mem", open_file, HOST | 2, "mem"},
    {"host process: open exe", open_file, HOST, "exe"},
    {"host process: open root", open_file, HOST, "root"},
    {"host process: open cwd", open_file, HOST, "cwd"},
    {"host process: list fd", list, HOST, "fd"},
    {"host process: read environ", read_file, HOST, "environ"},
    {"host process: read cmdline", read_file, HOST, "cmdline"},
    {"host process: read status", read_file, HOST, "status"},
    {"host process: read maps", read_file, HOST, "maps"},
    {"host process: read stack", read_file, HOST, "stack"},
    {"host process: open mount namespace", open_file, HOST, "ns/mnt"},
    {"host process: write oom_score_adj", open_file, HOST | 2, "oom_score_adj"},
    {"host process: write coredump_filter", open_file, HOST | 2, "coredump_filter"},
};
GROUP(host_processes, "processes of the host", host_attempts);
