/* Nodes that reach the machine: those that lie in /dev, and those one makes oneself. Opened for reading at most. */
#include "attempt.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void open_node(const struct attempt *a) {
    effect(open(a->text, O_RDONLY | O_NONBLOCK | O_NOCTTY));
}

static void make_node(const struct attempt *a) {
    const char *path = in(site.work, "node");
    unlink(path);
    mode_t kind = a->number >> 31 & 1 ? S_IFBLK : S_IFCHR;
    if (mknod(path, kind | 0600, makedev((a->number >> 16 & 0x7fff), a->number & 0xffff)) != 0) {
        refused(strerrorname_np(errno));
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    int error = errno;
    unlink(path);
    if (fd < 0) {
        allowed("made, though opening it gives %s", strerrorname_np(error));
    }
    allowed("made and opened");
}

#define BLOCK (1L << 31)
#define NODE(major, minor) ((long)(major) << 16 | (minor))

static const struct attempt attempts[] = {
    {"mknod c 1:1, memory", make_node, NODE(1, 1), NULL},
    {"mknod c 1:4, ports", make_node, NODE(1, 4), NULL},
    {"mknod c 1:11, the kernel's log", make_node, NODE(1, 11), NULL},
    {"mknod c 5:1, the console", make_node, NODE(5, 1), NULL},
    {"mknod c 10:200, tun", make_node, NODE(10, 200), NULL},
    {"mknod c 10:229, fuse", make_node, NODE(10, 229), NULL},
    {"mknod c 10:232, kvm", make_node, NODE(10, 232), NULL},
    {"mknod b 7:0, loop", make_node, BLOCK | NODE(7, 0), NULL},
    {"mknod b 8:0, a disk", make_node, BLOCK | NODE(8, 0), NULL},
    {"mknod b 254:0, a virtual disk", make_node, BLOCK | NODE(254, 0), NULL},
    {"open /dev/mem", open_node, 0, "/dev/mem"},
    {"open /dev/kmem", open_node, 0, "/dev/kmem"},
    {"open /dev/port", open_node, 0, "/dev/port"},
    {"open /dev/kmsg", open_node, 0, "/dev/kmsg"},
    {"open /dev/kvm", open_node, 0, "/dev/kvm"},
    {"open /dev/vda", open_node, 0, "/dev/vda"},
    {"open /dev/sda", open_node, 0, "/dev/sda"},
    {"open /dev/loop0", open_node, 0, "/dev/loop0"},
    {"open /dev/loop-control", open_node, 0, "/dev/loop-control"},
    {"open /dev/fuse", open_node, 0, "/dev/fuse"},
    {"open /dev/net/tun", open_node, 0, "/dev/net/tun"},
    {"open /dev/vsock", open_node, 0, "/dev/vsock"},
    {"open /dev/vhost-vsock", open_node, 0, "/dev/vhost-vsock"},
    {"open /dev/vhost-net", open_node, 0, "/dev/vhost-net"},
    {"open /dev/mapper/control", open_node, 0, "/dev/mapper/control"},
    {"open /dev/btrfs-control", open_node, 0, "/dev/btrfs-control"},
    {"open /dev/userfaultfd", open_node, 0, "/dev/userfaultfd"},
    {"open /dev/rtc0", open_node, 0, "/dev/rtc0"},
    {"open /dev/hpet", open_node, 0, "/dev/hpet"},
    {"open /dev/console", open_node, 0, "/dev/console"},
    {"open /dev/tty0", open_node, 0, "/dev/tty0"},
    {"open /dev/ttyS0", open_node, 0, "/dev/ttyS0"},
    {"open /dev/uinput", open_node, 0, "/dev/uinput"},
    {"open /dev/dri/card0", open_node, 0, "/dev/dri/card0"},
    {"open /dev/nvme0", open_node, 0, "/dev/nvme0"},
    {"open /dev/cpu/0/msr", open_node, 0, "/dev/cpu/0/msr"},
    {"open /dev/autofs", open_node, 0, "/dev/autofs"},
};
GROUP(devices, "devices", attempts);
