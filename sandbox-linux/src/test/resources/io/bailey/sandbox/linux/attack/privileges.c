/* Getting a power that the sandbox does not have. */
#include "attempt.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int prctl(int option, ...);

static void status_line(const char *path, const char *key, char *value, size_t size) {
    static char text[8192];
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0) {
        snprintf(value, size, "?");
        return;
    }
    text[length] = 0;
    char *line = strstr(text, key);
    line = line ? line + strlen(key) + 1 : "?";
    snprintf(value, size, "%.*s", (int)strcspn(line, "\n"), line + strspn(line, "\t"));
}

static void read_capabilities(struct __user_cap_data_struct *sets) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    if (syscall(SYS_capget, &header, sets) != 0) {
        broken("capget");
    }
}

void report_privileges(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{0}};
    syscall(SYS_capget, &header, sets);
    printf("%d %d %x %x\n", geteuid(), getegid(), sets[0].permitted | sets[0].effective, sets[1].permitted | sets[1].effective);
}

static void capability_sets(const struct attempt *a) {
    struct __user_cap_data_struct sets[2];
    read_capabilities(sets);
    unsigned low = a->number == 0 ? sets[0].effective | sets[0].permitted : sets[0].inheritable;
    unsigned high = a->number == 0 ? sets[1].effective | sets[1].permitted : sets[1].inheritable;
    if (low | high) {
        allowed("%08x%08x", high, low);
    }
    refused("empty");
}

static void bounding_set(const struct attempt *a) {
    (void)a;
    for (int capability = 0; capability < 64; capability++) {
        int has = prctl(PR_CAPBSET_READ, (unsigned long)capability, 0, 0, 0);
        if (has > 0) {
            allowed("has capability %d", capability);
        }
    }
    refused("empty");
}

static void ambient(const struct attempt *a) {
    int yes = a->number == PR_CAP_AMBIENT_IS_SET ? 1 : 0;
    for (int capability = 0; capability < 41; capability++) {
        if (prctl(PR_CAP_AMBIENT, (unsigned long)a->number, (unsigned long)capability, 0, 0) == yes) {
            allowed("capability %d", capability);
        }
    }
    refused("none");
}

static void set_capabilities(const struct attempt *a) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{0}};
    if (a->number == 0) {
        sets[0].permitted = sets[0].effective = 1U << CAP_SYS_ADMIN;
    } else {
        sets[0].inheritable = 1U << CAP_SYS_ADMIN;
    }
    effect(syscall(SYS_capset, &header, sets));
}

/* uid 0 of the sandbox may be one already; so the ids are some that nobody has here. */
static void set_user(const struct attempt *a) {
    effect(syscall(a->number, 4343, 4343, 4343));
}

static void set_groups(const struct attempt *a) {
    (void)a;
    gid_t groups[] = {0, 4343};
    effect(syscall(SYS_setgroups, 2, groups));
}

static void become_root(const struct attempt *a) {
    (void)a;
    if (geteuid() == 0) {
        absent("root of the sandbox is its user");
    }
    effect(setuid(0));
}

static void file_system_user(const struct attempt *a) {
    (void)a;
    setfsuid(4343);
    if (setfsuid((uid_t)-1) == 4343) {
        allowed("files are made as 4343");
    }
    refused("unchanged");
}

/* A copy of this program with more than its caller has, made by the test: what does it say that it runs with? */
static void run_privileged(const struct attempt *a) {
    int ends[2];
    char said[64] = "";
    const char *program = in(site.home, a->text);
    struct stat status;
    if (stat(program, &status) != 0) {
        absent("the test could not make one");
    }
    if (pipe(ends) != 0) {
        broken("pipe");
    }
    if (fork() == 0) {
        dup2(ends[1], 1);
        execl(program, program, site.marker, site.token, "report", NULL);
        dprintf(1, "%s", strerrorname_np(errno));
        _exit(0);
    }
    close(ends[1]);
    for (size_t length = 0; length < sizeof said - 1;) {
        ssize_t more = read(ends[0], said + length, sizeof said - 1 - length);
        if (more <= 0) {
            break;
        }
        length += (size_t)more;
    }
    char own[64];
    snprintf(own, sizeof own, "%d %d 0 0\n", geteuid(), getegid());
    said[strcspn(said, "\n")] = 0;
    own[strcspn(own, "\n")] = 0;
    if (said[0] == 0) {
        broken("no report");
    }
    if (said[0] == 'E') {
        refused(said);
    }
    if (strcmp(said, own) != 0) {
        allowed("runs as %s", said);
    }
    refused("gains nothing");
}

static void no_new_privileges(const struct attempt *a) {
    (void)a;
    effect(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static void filter_off(const struct attempt *a) {
    (void)a;
    effect(prctl(PR_SET_SECCOMP, SECCOMP_MODE_DISABLED, 0, 0, 0));
}

static void *look_at_itself(void *result) {
    char *value = result;
    status_line("/proc/thread-self/status", "Seccomp:", value, 16);
    status_line("/proc/thread-self/status", "NoNewPrivs:", value + 16, 16);
    return NULL;
}

static void unfiltered_thread(const struct attempt *a) {
    (void)a;
    char value[32] = "";
    pthread_t thread;
    look_at_itself(value);
    if (value[0] == '?' && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER) {
        refused("by prctl");
    }
    if (strcmp(value, "2") != 0) {
        allowed("Seccomp: %s", value);
    }
    if (pthread_create(&thread, NULL, look_at_itself, value) != 0 || pthread_join(thread, NULL) != 0) {
        broken("a thread");
    }
    if (strcmp(value, "2") != 0 || strcmp(value + 16, "1") != 0) {
        allowed("in a thread Seccomp: %s, NoNewPrivs: %s", value, value + 16);
    }
    refused("filtered");
}

static void control_process(const struct attempt *a) {
    effect(prctl((int)(a->number >> 32), (unsigned long)(a->number & 0xffffffff), 0, 0, 0));
}

static void change_exe(const struct attempt *a) {
    (void)a;
    int fd = open("/proc/self/exe", O_RDONLY);
    effect(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, (unsigned long)fd, 0, 0));
}

static void priority(const struct attempt *a) {
    (void)a;
    effect(setpriority(PRIO_PROCESS, 0, -5));
}

static void real_time(const struct attempt *a) {
    struct sched_param param = {1};
    effect(syscall(SYS_sched_setscheduler, 0, a->number, &param));
}

static void io_real_time(const struct attempt *a) {
    (void)a;
    effect(syscall(SYS_ioprio_set, 1, 0, 1 << 13));
}

static void raise_limit(const struct attempt *a) {
    struct rlimit limit;
    getrlimit((int)a->number, &limit);
    if (limit.rlim_max == RLIM_INFINITY) {
        absent("there is no limit");
    }
    limit.rlim_max++;
    effect(setrlimit((int)a->number, &limit));
}

/* A core dump starts a program of the host: kernel.core_pattern. */
static void dump_core(const struct attempt *a) {
    (void)a;
    struct rlimit limit;
    getrlimit(RLIMIT_CORE, &limit);
    if (limit.rlim_max > 0) {
        allowed("up to %ld bytes", (long)limit.rlim_max);
    }
    refused("RLIMIT_CORE is 0");
}

/* Not an attempt: which mitigations can be asked for. */
static void speculation(const struct attempt *a) {
    (void)a;
    told("store bypass 0x%x, indirect branch 0x%x, L1D flush 0x%x", prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0),
        prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0),
        prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_L1D_FLUSH, 0, 0, 0));
}

#define PRCTL(option, value) ((long)(option) << 32 | (value))

static const struct attempt attempts[] = {
    {"a capability, effective or permitted", capability_sets, 0, NULL},
    {"a capability, inheritable", capability_sets, 1, NULL},
    {"a capability, bounding", bounding_set, 0, NULL},
    {"a capability, ambient", ambient, PR_CAP_AMBIENT_IS_SET, NULL},
    {"raise an ambient capability", ambient, PR_CAP_AMBIENT_RAISE, NULL},
    {"capset, effective", set_capabilities, 0, NULL},
    {"capset, inheritable", set_capabilities, 1, NULL},
    {"setuid", set_user, SYS_setuid, NULL},
    {"setgid", set_user, SYS_setgid, NULL},
    {"setreuid", set_user, SYS_setreuid, NULL},
    {"setresuid", set_user, SYS_setresuid, NULL},
    {"setresgid", set_user, SYS_setresgid, NULL},
    {"setgroups", set_groups, 0, NULL},
    {"setfsuid", file_system_user, 0, NULL},
    {"setuid 0", become_root, 0, NULL},
    {"a set-user-id program", run_privileged, 0, "set-user-id"},
    {"a set-group-id program", run_privileged, 0, "set-group-id"},
    {"a program with file capabilities", run_privileged, 0, "capable"},
    {"take no_new_privs back", no_new_privileges, 0, NULL},
    {"take the filter off", filter_off, 0, NULL},
    {"a thread without a filter", unfiltered_thread, 0, NULL},
    {"PR_SET_DUMPABLE 2", control_process, PRCTL(PR_SET_DUMPABLE, 2), NULL},
    {"PR_SET_SECUREBITS", control_process, PRCTL(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP), NULL},
    {"PR_CAPBSET_DROP", control_process, PRCTL(PR_CAPBSET_DROP, 0), NULL},
    {"PR_SET_MM_EXE_FILE", change_exe, 0, NULL},
    {"setpriority -5", priority, 0, NULL},
    {"SCHED_FIFO", real_time, SCHED_FIFO, NULL},
    {"SCHED_RR", real_time, SCHED_RR, NULL},
    {"real-time input and output", io_real_time, 0, NULL},
    {"raise RLIMIT_NOFILE", raise_limit, RLIMIT_NOFILE, NULL},
    {"raise RLIMIT_CORE", raise_limit, RLIMIT_CORE, NULL},
    {"dump core", dump_core, 0, NULL},
    {"speculation controls", speculation, 0, NULL},
};
GROUP(privileges, "privileges", attempts);
