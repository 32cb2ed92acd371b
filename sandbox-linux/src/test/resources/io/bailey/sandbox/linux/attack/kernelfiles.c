/* Switches of the whole kernel that are files. They are opened for writing and never written to: a wall that fails is no disaster. */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);

static void open_for_writing(const struct attempt *a) {
    effect(open(a->text, O_WRONLY | O_NONBLOCK));
}

static void open_after_truncation(const struct attempt *a) {
    effect(truncate(a->text, 0));
}

/* The maps of a user namespace are written once. */
static void write_once(const struct attempt *a) {
    int fd = open(a->text, O_WRONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    const char *line = strstr(a->text, "setgroups") ? "deny" : "0 0 1\n";
    effect(write(fd, line, strlen(line)));
}

static void be_spared(const struct attempt *a) {
    (void)a;
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDWR);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    if (read(fd, text, sizeof text - 1) < 1) {
        broken("read");
    }
    int length = snprintf(text, sizeof text, "%d", atoi(text) - 1);
    effect(pwrite(fd, text, (size_t)length, 0));
}

/* The first file below a directory that opens for writing. */
static void any_below(const char *path, int depth, int (*wanted)(const char *)) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        char below[PATH_MAX];
        struct stat status;
        snprintf(below, sizeof below, "%.3000s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(below, &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode) && depth > 0) {
            any_below(below, depth - 1, wanted);
        } else if (S_ISREG(status.st_mode) && wanted(entry->d_name) && open(below, O_WRONLY | O_NONBLOCK) >= 0) {
            allowed("%s", below);
        }
    }
    closedir(directory);
}

static int every(const char *name) {
    (void)name;
    return 1;
}

static int agent(const char *name) {
    return strcmp(name, "release_agent") == 0;
}

static int on_release(const char *name) {
    return strcmp(name, "notify_on_release") == 0;
}

static int members(const char *name) {
    return strcmp(name, "cgroup.procs") == 0 || strcmp(name, "tasks") == 0;
}

static int limits(const char *name) {
    return strstr(name, ".max") || strstr(name, "limit_in_bytes") || strstr(name, "quota") || strstr(name, "devices.allow");
}

static void sysfs(const struct attempt *a) {
    (void)a;
    if (site.in_place) {
        absent("the host's own, of which some do something when opened");
    }
    any_below("/sys", 3, every);
    refused("none");
}

static void cgroup_files(const struct attempt *a) {
    int (*wanted[])(const char *) = {agent, on_release, members, limits, every};
    any_below("/sys/fs/cgroup", 3, wanted[a->number]);
    refused("none");
}

static void new_group(const struct attempt *a) {
    const char *below[] = {"", "/unified", "/memory", "/pids", "/devices"};
    (void)a;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/bailey-attack", below[i]);
        if (mkdir(path, 0755) == 0) {
            rmdir(path);
            allowed("%s", path);
        }
    }
    refused(strerrorname_np(errno));
}

static void mount_groups(const struct attempt *a) {
    const char *place = in(site.work, "groups");
    mkdir(place, 0755);
    if (mount("none", place, a->text, 0, a->number ? "name=bailey-attack" : NULL) == 0) {
        umount2(place, 2);
        allowed("mounted");
    }
    gate(-1);
}

static const struct attempt setting_attempts[] = {
    {"write kernel.core_pattern", open_for_writing, 0, "/proc/sys/kernel/core_pattern"},
    {"truncate kernel.core_pattern", open_after_truncation, 0, "/proc/sys/kernel/core_pattern"},
    {"write kernel.hostname", open_for_writing, 0, "/proc/sys/kernel/hostname"},
    {"write kernel.modprobe", open_for_writing, 0, "/proc/sys/kernel/modprobe"},
    {"write kernel.hotplug", open_for_writing, 0, "/proc/sys/kernel/hotplug"},
    {"write kernel.sysrq", open_for_writing, 0, "/proc/sys/kernel/sysrq"},
    {"write kernel.randomize_va_space", open_for_writing, 0, "/proc/sys/kernel/randomize_va_space"},
    {"write kernel.ns_last_pid", open_for_writing, 0, "/proc/sys/kernel/ns_last_pid"},
    {"write kernel.shmmax", open_for_writing, 0, "/proc/sys/kernel/shmmax"},
    {"write kernel.usermodehelper", open_for_writing, 0, "/proc/sys/kernel/usermodehelper/bset"},
    {"write vm.drop_caches", open_for_writing, 0, "/proc/sys/vm/drop_caches"},
    {"write vm.overcommit_memory", open_for_writing, 0, "/proc/sys/vm/overcommit_memory"},
    {"write fs.file-max", open_for_writing, 0, "/proc/sys/fs/file-max"},
    {"write fs.mqueue.msg_max", open_for_writing, 0, "/proc/sys/fs/mqueue/msg_max"},
    {"write fs.binfmt_misc.register", open_for_writing, 0, "/proc/sys/fs/binfmt_misc/register"},
    {"write net.ipv4.ip_forward", open_for_writing, 0, "/proc/sys/net/ipv4/ip_forward"},
    {"write user.max_user_namespaces", open_for_writing, 0, "/proc/sys/user/max_user_namespaces"},
    {"write dev.tty.legacy_tiocsti", open_for_writing, 0, "/proc/sys/dev/tty/legacy_tiocsti"},
};
GROUP(settings, "kernel settings", setting_attempts);

static const struct attempt file_attempts[] = {
    {"write /proc/sysrq-trigger", open_for_writing, 0, "/proc/sysrq-trigger"},
    {"write /proc/irq", open_for_writing, 0, "/proc/irq/default_smp_affinity"},
    {"write /proc/mtrr", open_for_writing, 0, "/proc/mtrr"},
    {"write /proc/bus/pci", open_for_writing, 0, "/proc/bus/pci/00/00.0"},
    {"write /proc/timer_stats", open_for_writing, 0, "/proc/timer_stats"},
    {"write /proc/slabinfo", open_for_writing, 0, "/proc/slabinfo"},
    {"write /proc/self/uid_map", write_once, 0, "/proc/self/uid_map"},
    {"write /proc/self/gid_map", write_once, 0, "/proc/self/gid_map"},
    {"write /proc/self/setgroups", write_once, 0, "/proc/self/setgroups"},
    {"lower /proc/self/oom_score_adj", be_spared, 0, NULL},
    {"write /sys/kernel/uevent_helper", open_for_writing, 0, "/sys/kernel/uevent_helper"},
    {"write /sys/power/state", open_for_writing, 0, "/sys/power/state"},
    {"write /sys/kernel/mm/transparent_hugepage/enabled", open_for_writing, 0, "/sys/kernel/mm/transparent_hugepage/enabled"},
    {"write /sys/devices/system/cpu/cpu1/online", open_for_writing, 0, "/sys/devices/system/cpu/cpu1/online"},
    {"write /sys/module/nf_conntrack", open_for_writing, 0, "/sys/module/nf_conntrack/parameters/hashsize"},
    {"write any file below /sys", sysfs, 0, NULL},
};
GROUP(kernel_files, "kernel files", file_attempts);

static const struct attempt cgroup_attempts[] = {
    {"write a release_agent", cgroup_files, 0, NULL},
    {"write a notify_on_release", cgroup_files, 1, NULL},
    {"move into another cgroup", cgroup_files, 2, NULL},
    {"change a cgroup's limit", cgroup_files, 3, NULL},
    {"write any file of a cgroup", cgroup_files, 4, NULL},
    {"make a cgroup", new_group, 0, NULL},
    {"mount cgroup v1", mount_groups, 0, "cgroup"},
    {"mount a named cgroup v1", mount_groups, 1, "cgroup"},
    {"mount cgroup2", mount_groups, 0, "cgroup2"},
};
GROUP(cgroups, "cgroups", cgroup_attempts);
