/*
 * Mounting and unmounting. Where the host's own mounts are in sight (in_place), each call names a directory that is no mount
 * point: the kernel looks at permission first, so EINVAL shows that the door was open, and nothing happens.
 */
#include "attempt.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc's own header and the kernel's cannot be had together. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
#define DETACH 2

#define OPEN_TREE_CLONE_FLAG 1

static const char *place(void) {
    const char *path = in(site.work, "place");
    mkdir(path, 0755);
    return path;
}

static const char *or_place(const char *path) {
    return site.in_place ? place() : path;
}

static void new_file_system(const struct attempt *a) {
    if (mount("none", place(), a->text, 0, NULL) == 0) {
        umount2(place(), DETACH);
        allowed("mounted %s", a->text);
    }
    if (errno == ENODEV) {
        absent("the kernel does not have it");
    }
    gate(-1);
}

static void bind(const struct attempt *a) {
    (void)a;
    if (mount(site.in_place ? place() : "/", place(), NULL, MS_BIND, NULL) == 0) {
        umount2(place(), DETACH);
        allowed("bound");
    }
    gate(-1);
}

static void remount_writable(const struct attempt *a) {
    gate(mount(NULL, or_place(a->text), NULL, MS_REMOUNT | MS_BIND, NULL));
}

static void move(const struct attempt *a) {
    (void)a;
    gate(mount(or_place("/proc"), place(), NULL, MS_MOVE, NULL));
}

static void make_shared(const struct attempt *a) {
    (void)a;
    gate(mount(NULL, or_place("/"), NULL, MS_SHARED, NULL));
}

static void unmount(const struct attempt *a) {
    struct stat status;
    if (!site.in_place && stat(a->text, &status) != 0) {
        absent("not there");
    }
    gate(umount2(or_place(a->text), (int)a->number));
}

static void pivot(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_pivot_root, place(), place()));
}

static void clone_tree(const struct attempt *a) {
    gate(syscall(SYS_open_tree, AT_FDCWD, site.in_place ? place() : "/", a->number));
}

static void move_tree(const struct attempt *a) {
    (void)a;
    int tree = open(or_place("/proc"), O_PATH);
    gate(syscall(SYS_move_mount, tree, "", AT_FDCWD, place(), MOVE_MOUNT_F_EMPTY_PATH));
}

static void open_file_system(const struct attempt *a) {
    gate(syscall(SYS_fsopen, a->text, 0));
}

static void pick(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_fspick, AT_FDCWD, or_place("/"), 0));
}

static void set_attributes(const struct attempt *a) {
    struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};
    gate(syscall(SYS_mount_setattr, AT_FDCWD, or_place(a->text), 0, &attributes, sizeof attributes));
}

static void call_fsmount(const struct attempt *a) {
    (void)a;
    gate(syscall(SYS_fsmount, -1, 0, 0));
}

static const struct attempt attempts[] = {
    {"mount a tmpfs", new_file_system, 0, "tmpfs"},
    {"mount a new proc", new_file_system, 0, "proc"},
    {"mount a new sysfs", new_file_system, 0, "sysfs"},
    {"mount an overlay", new_file_system, 0, "overlay"},
    {"mount a devpts", new_file_system, 0, "devpts"},
    {"mount a mqueue", new_file_system, 0, "mqueue"},
    {"mount a binfmt_misc", new_file_system, 0, "binfmt_misc"},
    {"mount a bpf file system", new_file_system, 0, "bpf"},
    {"mount a debugfs", new_file_system, 0, "debugfs"},
    {"bind the root elsewhere", bind, 0, NULL},
    {"remount / writable", remount_writable, 0, "/"},
    {"remount /proc/sys writable", remount_writable, 0, "/proc/sys"},
    {"remount /sys writable", remount_writable, 0, "/sys"},
    {"move /proc away", move, 0, NULL},
    {"make / shared", make_shared, 0, NULL},
    {"unmount /proc", unmount, DETACH, "/proc"},
    {"unmount /sys", unmount, DETACH, "/sys"},
    {"unmount /dev", unmount, DETACH, "/dev"},
    {"unmount /", unmount, DETACH, "/"},
    {"unmount /, by force", unmount, 1, "/"},
    {"unmount /proc/sys", unmount, DETACH, "/proc/sys"},
    {"unmount /proc/kcore", unmount, DETACH, "/proc/kcore"},
    {"unmount /proc/keys", unmount, DETACH, "/proc/keys"},
    {"unmount /proc/timer_list", unmount, DETACH, "/proc/timer_list"},
    {"unmount /proc/interrupts", unmount, DETACH, "/proc/interrupts"},
    {"unmount /sys/firmware", unmount, DETACH, "/sys/firmware"},
    {"pivot_root", pivot, 0, NULL},
    {"open_tree, a copy of the mounts", clone_tree, OPEN_TREE_CLONE_FLAG | 0x8000, NULL},
    {"open_tree, a copy of one mount", clone_tree, OPEN_TREE_CLONE_FLAG, NULL},
    {"move_mount", move_tree, 0, NULL},
    {"fsopen tmpfs", open_file_system, 0, "tmpfs"},
    {"fsopen proc", open_file_system, 0, "proc"},
    {"fsopen cgroup2", open_file_system, 0, "cgroup2"},
    {"fspick", pick, 0, NULL},
    {"fsmount", call_fsmount, 0, NULL},
    {"mount_setattr / writable", set_attributes, 0, "/"},
    {"mount_setattr /proc/sys writable", set_attributes, 0, "/proc/sys"},
};
GROUP(mounts, "mounts", attempts);
