/* System calls that no sandboxed program needs, and through which kernels have been taken over or machines stopped. */
#include "attempt.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <asm/ldt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif

static const char *const NOWHERE = "/bailey-attack/none";

static void io_uring_setup(const struct attempt *a) {
    (void)a;
    struct io_uring_params params = {0};
    gate(syscall(SYS_io_uring_setup, 4, &params));
}

/* With arguments that cannot be right. */
static void bogus(const struct attempt *a) {
    gate(syscall(a->number, -1, -1, -1, -1, -1, -1));
}

static void bpf_map(const struct attempt *a) {
    (void)a;
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = attributes.value_size = 4;
    attributes.max_entries = 1;
    gate(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}

static void bpf_program(const struct attempt *a) {
    (void)a;
    struct bpf_insn code[] = {{0xb7, 0, 0, 0, 0}, {0x95, 0, 0, 0, 0}};
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = (unsigned long)code;
    attributes.insn_cnt = 2;
    attributes.license = (unsigned long)"GPL";
    gate(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}

static void perf_event(const struct attempt *a) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1};
    gate(syscall(SYS_perf_event_open, &attributes, a->number ? -1 : 0, a->number ? 0 : -1, -1, 0));
}

static void user_faults(const struct attempt *a) {
    gate(syscall(SYS_userfaultfd, a->number));
}

static void keyring_id(const struct attempt *a) {
    gate(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, a->number, 0));
}

static void add_key(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_add_key, "user", "bailey-attack", "x", 1, KEY_SPEC_PROCESS_KEYRING));
}

static void request_key(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_request_key, "user", "bailey-attack", NULL, 0));
}

struct handle {
    struct file_handle head;
    unsigned char rest[128];
};

static void open_by_handle(const struct attempt *a) {
    struct handle handle = {.head = {.handle_bytes = 128}};
    int mount;
    if (name_to_handle_at(AT_FDCWD, a->text, &handle.head, &mount, 0) != 0) {
        refused(strerrorname_np(errno));
    }
    int where = open(a->text, O_RDONLY);
    gate(open_by_handle_at(where, &handle.head, O_RDONLY));
}

/* "shocker": the root of the file system that a directory happens to be on has inode 2. */
static void open_inode_two(const struct attempt *a) {
    struct handle handle = {.head = {.handle_bytes = 8, .handle_type = 1}, .rest = {2}};
    int where = open(a->text, O_RDONLY);
    gate(open_by_handle_at(where, &handle.head, O_RDONLY));
}

static void watch_all(const struct attempt *a) {
    gate(syscall(SYS_fanotify_init, a->number, O_RDONLY));
}

static void kernel_log(const struct attempt *a) {
    static char text[4096];
    effect(syscall(SYS_syslog, a->number, text, sizeof text));
}

static void quota_sync(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL));
}

static void path_call(const struct attempt *a) {
    gate(syscall(a->number, NOWHERE, 0, 0));
}

/* No magic number at all: even with the power to, nothing is rebooted. */
static void reboot_without_magic(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_reboot, 0, 0, 0, NULL));
}

static void kexec(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_kexec_load, 0, 1UL << 20, NULL, ~0UL));
}

static void init_module(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_init_module, "", 0UL, ""));
}

static void delete_module(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_delete_module, "bailey-none", O_NONBLOCK));
}

static void io_privilege(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_iopl, 3));
}

static void io_permission(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_ioperm, 0x80, 1, 1));
}

/* Every clock is set to what it shows. */
static void set_time_of_day(const struct attempt *a) {
    (void)a;
    struct timeval now;
    gettimeofday(&now, NULL);
    effect(syscall(SYS_settimeofday, &now, NULL));
}

static void set_clock(const struct attempt *a) {
    (void)a;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    effect(syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
}

static void adjust_clock(const struct attempt *a) {
    struct timex clock = {0};
    long told = syscall(SYS_clock_adjtime, CLOCK_REALTIME, &clock);
    if (told < 0) {
        refused(strerrorname_np(errno));
    }
    clock.modes = ADJ_FREQUENCY;
    effect(a->number ? syscall(SYS_adjtimex, &clock) : syscall(SYS_clock_adjtime, CLOCK_REALTIME, &clock));
}

static void set_host_name(const struct attempt *a) {
    (void)a;
    struct utsname names;
    uname(&names);
    effect(syscall(SYS_sethostname, names.nodename, strlen(names.nodename)));
}

static void set_domain_name(const struct attempt *a) {
    (void)a;
    struct utsname names;
    uname(&names);
    effect(syscall(SYS_setdomainname, names.domainname, strlen(names.domainname)));
}

static void persona(const struct attempt *a) {
    effect(syscall(SYS_personality, a->number));
}

static void descriptor_table(const struct attempt *a) {
    (void)a;
    struct user_desc entry = {.entry_number = 0, .base_addr = 0, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1,
        .useable = 1};
    effect(syscall(SYS_modify_ldt, 1, &entry, sizeof entry));
}

static void bind_memory(const struct attempt *a) {
    (void)a;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    effect(syscall(SYS_mbind, page, 4096, 0, NULL, 0, 0));
}

static void memory_policy(const struct attempt *a) {
    (void)a;
    effect(syscall(SYS_set_mempolicy, 0, NULL, 0));
}

static void hang_up(const struct attempt *a) {
    (void)a;
    if (site.in_place) {
        absent("the terminal, if there is one, is the host's");
    }
    gate(syscall(SYS_vhangup));
}

static const struct attempt attempts[] = {
    {"io_uring_setup", io_uring_setup, 0, NULL},
    {"io_uring_enter", bogus, SYS_io_uring_enter, NULL},
    {"io_uring_register", bogus, SYS_io_uring_register, NULL},
    {"bpf, a map", bpf_map, 0, NULL},
    {"bpf, a program", bpf_program, 0, NULL},
    {"perf_event_open, itself", perf_event, 0, NULL},
    {"perf_event_open, a processor", perf_event, 1, NULL},
    {"userfaultfd", user_faults, 0, NULL},
    {"userfaultfd, user mode only", user_faults, 1, NULL},
    {"keyctl, the session keyring", keyring_id, KEY_SPEC_SESSION_KEYRING, NULL},
    {"keyctl, the user keyring", keyring_id, KEY_SPEC_USER_KEYRING, NULL},
    {"add_key", add_key, 0, NULL},
    {"request_key", request_key, 0, NULL},
    {"open_by_handle_at, the root", open_by_handle, 0, "/"},
    {"open_by_handle_at, /proc", open_by_handle, 0, "/proc"},
    {"open_by_handle_at, inode 2", open_inode_two, 0, "/"},
    {"open_by_handle_at, inode 2 by a bound file", open_inode_two, 0, "/etc/hosts"},
    {"fanotify_init, deciding", watch_all, FAN_CLASS_CONTENT, NULL},
    {"fanotify_init, listening", watch_all, FAN_CLASS_NOTIF | FAN_REPORT_FID, NULL},
    {"syslog, read", kernel_log, 3, NULL},
    {"syslog, size", kernel_log, 10, NULL},
    {"quotactl", quota_sync, 0, NULL},
    {"quotactl_fd", bogus, SYS_quotactl_fd, NULL},
    {"swapon", path_call, SYS_swapon, NULL},
    {"swapoff", path_call, SYS_swapoff, NULL},
    {"acct", path_call, SYS_acct, NULL},
    {"reboot", reboot_without_magic, 0, NULL},
    {"kexec_load", kexec, 0, NULL},
    {"kexec_file_load", bogus, SYS_kexec_file_load, NULL},
    {"init_module", init_module, 0, NULL},
    {"finit_module", bogus, SYS_finit_module, NULL},
    {"delete_module", delete_module, 0, NULL},
    {"iopl", io_privilege, 0, NULL},
    {"ioperm", io_permission, 0, NULL},
    {"settimeofday", set_time_of_day, 0, NULL},
    {"clock_settime", set_clock, 0, NULL},
    {"adjtimex", adjust_clock, 1, NULL},
    {"clock_adjtime", adjust_clock, 0, NULL},
    {"sethostname", set_host_name, 0, NULL},
    {"setdomainname", set_domain_name, 0, NULL},
    {"personality READ_IMPLIES_EXEC", persona, 0x0400000, NULL},
    {"personality MMAP_PAGE_ZERO", persona, 0x0100000, NULL},
    {"personality ADDR_COMPAT_LAYOUT", persona, 0x0200000, NULL},
    {"personality UNAME26 and SVR4", persona, 0x0020001, NULL},
    {"modify_ldt", descriptor_table, 0, NULL},
    {"mbind", bind_memory, 0, NULL},
    {"set_mempolicy", memory_policy, 0, NULL},
    {"vhangup", hang_up, 0, NULL},
    {"lookup_dcookie", bogus, SYS_lookup_dcookie, NULL},
    {"uselib", path_call, SYS_uselib, NULL},
    {"nfsservctl", bogus, SYS_nfsservctl, NULL},
    {"_sysctl", bogus, SYS__sysctl, NULL},
};
GROUP(calls, "system calls", attempts);
