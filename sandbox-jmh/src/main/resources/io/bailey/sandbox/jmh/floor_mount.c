/*
 * The C floor of an image's root: the same system calls as Bailey's from C, measured. A server: for each byte it reads it makes
 * each of these once and answers with the nanoseconds of each, in this order:
 *   writable   a clone of the prepared tree, a fresh tmpfs, an overlay of both: the root of one more sandbox
 *   flat       a fresh tmpfs, an overlay of it and of all layers; 0 for an index, which has no layers
 *   read-only  a clone of the prepared tree
 *   bind       a bind mount of the lowest layer's directory, made read-only
 *
 *   gcc -O2 -o floor-mount floor_mount.c
 *   floor-mount LAYER...               directories, lowest first
 *   floor-mount --index INDEX TAR...   an EROFS index, and the archives it points into
 */
#define _GNU_SOURCE
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHECK(result) check(__LINE__, (long)(result))
#define SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define CLONE (OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
#define MOST 512

static int prepared, layers[MOST], count;
static const char *lowest;

static long check(int line, long result) {
    if (result < 0) {
        fprintf(stderr, "floor-mount: line %d: %s\n", line, strerror(-result));
        exit(1);
    }
    return result;
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int begin(const char *type) {
    return CHECK(SYS(__NR_fsopen, type, FSOPEN_CLOEXEC));
}

static void option(int fs, const char *key, const char *value) {
    CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0));
}

static int end(int fs, long attributes) {
    CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0));
    int mount = CHECK(SYS(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
    close(fs);
    return mount;
}

static int clone_of(int mount) {
    return CHECK(SYS(__NR_open_tree, mount, "", CLONE | AT_EMPTY_PATH));
}

static int bind_mount(const char *path) {
    struct mount_attr attr = {.attr_set = SAFE | MOUNT_ATTR_RDONLY, .propagation = 1 << 18 /* MS_PRIVATE */};
    int tree = CHECK(SYS(__NR_open_tree, AT_FDCWD, path, CLONE));
    CHECK(SYS(__NR_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof attr));
    return tree;
}

static void add_layers(int fs) {
    for (int i = count - 1; i >= 0; i--) CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "lowerdir+", 0, layers[i]));
}

static void prepare_layers(char **paths) {
    lowest = paths[0];
    for (; paths[count]; count++) layers[count] = bind_mount(paths[count]);
    if (count == 1) {
        prepared = clone_of(layers[0]);
        return;
    }
    int fs = begin("overlay");
    add_layers(fs);
    option(fs, "redirect_dir", "nofollow");
    option(fs, "metacopy", "off");
    prepared = end(fs, SAFE | MOUNT_ATTR_RDONLY);
}

static void prepare_index(char **paths) {
    lowest = "/usr";
    int fs = begin("erofs");
    option(fs, "source", paths[0]);
    for (int i = 1; paths[i]; i++) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", (int)CHECK(open(paths[i], O_RDONLY | O_CLOEXEC)));
        option(fs, "device", name);
    }
    prepared = end(fs, SAFE | MOUNT_ATTR_RDONLY);
}

static int writable_layer(int *upper, int *work) {
    int fs = begin("tmpfs");
    option(fs, "mode", "0755");
    option(fs, "size", "268435456");
    option(fs, "nr_inodes", "131072");
    int scratch = end(fs, SAFE);
    CHECK(SYS(__NR_mkdirat, scratch, "upper", 0755));
    CHECK(SYS(__NR_mkdirat, scratch, "work", 0755));
    *upper = CHECK(SYS(__NR_openat, scratch, "upper", O_PATH | O_NOFOLLOW | O_CLOEXEC));
    *work = CHECK(SYS(__NR_openat, scratch, "work", O_PATH | O_NOFOLLOW | O_CLOEXEC));
    return scratch;
}

/* Over one root, or over all layers if that is negative. */
static int overlay(int root) {
    int upper, work, scratch = writable_layer(&upper, &work), fs = begin("overlay");
    if (root >= 0) {
        CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "lowerdir+", 0, root));
    } else {
        add_layers(fs);
    }
    CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "upperdir", 0, upper));
    CHECK(SYS(__NR_fsconfig, fs, FSCONFIG_SET_FD, "workdir", 0, work));
    option(fs, "redirect_dir", "nofollow");
    option(fs, "metacopy", "off");
    int mount = end(fs, SAFE);
    close(upper);
    close(work);
    close(scratch);
    return mount;
}

static int writable(void) {
    int root = clone_of(prepared), mount = overlay(root);
    close(root);
    return mount;
}

static int flat(void) {
    return overlay(-1);
}

static int read_only(void) {
    return clone_of(prepared);
}

static int bind_lowest(void) {
    return bind_mount(lowest);
}

static long measure(int (*make)(void)) {
    long began = now();
    int mount = make();
    long ended = now();
    close(mount);
    return ended - began;
}

int main(int argc, char **argv) {
    char byte;
    int index = argc > 1 && strcmp(argv[1], "--index") == 0;
    if (argc < 2 + index || argc > MOST) return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (index) {
        prepare_index(argv + 2);
    } else {
        prepare_layers(argv + 1);
    }
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        printf("%ld %ld %ld %ld\n", measure(writable), index ? 0 : measure(flat), measure(read_only), measure(bind_lowest));
    }
    return 0;
}
