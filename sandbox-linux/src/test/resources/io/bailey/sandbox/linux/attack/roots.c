/* The classic ways out of a root directory, and what a careless runtime leaves open. */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the directory we are in, or one above it, is the host's: the canary is then in reach by its own path. */
static void look_for_host(const char *how) {
    for (int i = 0; i < 64; i++) {
        if (chdir("..") != 0) {
            break;
        }
    }
    int fd = open(site.canary + 1, O_RDONLY);
    if (fd >= 0) {
        allowed("%s leads to the host's root", how);
    }
}

static void plain_chroot(const struct attempt *a) {
    (void)a;
    effect(chroot("."));
}

/* mkdir, chroot into it, and climb: works for whoever may call chroot(2). */
static void chroot_break(const struct attempt *a) {
    (void)a;
    const char *jail = in(site.work, "jail");
    mkdir(jail, 0755);
    if (chroot(jail) != 0) {
        refused(strerrorname_np(errno));
    }
    look_for_host("chroot break");
    allowed("chroot worked, though nothing came of it");
}

/* The same with a directory kept open instead of the working directory. */
static void fchdir_break(const struct attempt *a) {
    (void)a;
    const char *jail = in(site.work, "jail2");
    int root = open("/", O_PATH | O_DIRECTORY);
    mkdir(jail, 0755);
    if (chroot(jail) != 0) {
        refused(strerrorname_np(errno));
    }
    if (fchdir(root) == 0) {
        look_for_host("fchdir break");
    }
    allowed("chroot worked, though nothing came of it");
}

static void climb(const struct attempt *a) {
    (void)a;
    look_for_host("cd ..");
    if (chdir("/") == 0 && chdir("/..") == 0) {
        look_for_host("/..");
    }
    refused("the root is its own parent");
}

static void standard_streams(const struct attempt *a) {
    (void)a;
    for (int fd = 0; fd < 3; fd++) {
        struct stat status;
        if (fstat(fd, &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISREG(status.st_mode)) {
            allowed("descriptor %d is a file or directory", fd);
        }
        if (openat(fd, "..", O_PATH) >= 0) {
            allowed("descriptor %d leads on", fd);
        }
    }
    refused("streams only");
}

static void other_descriptors(const struct attempt *a) {
    (void)a;
    for (int fd = 3; fd < 65536; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            char path[64];
            char target[256] = "";
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            if (readlink(path, target, sizeof target - 1) < 0) {
                strcpy(target, "?");
            }
            allowed("descriptor %d is open: %s", fd, target);
        }
    }
    refused("none but 0, 1 and 2");
}

/* CVE-2024-21626: a working directory on the host, reached by a descriptor that leaked. */
static void working_directory(const struct attempt *a) {
    (void)a;
    char path[PATH_MAX];
    if (getcwd(path, sizeof path) == NULL) {
        allowed("getcwd: %s", strerrorname_np(errno));
    }
    if (path[0] != '/') {
        allowed("it is %s", path);
    }
    refused("inside");
}

static const struct attempt attempts[] = {
    {"chroot", plain_chroot, 0, NULL},
    {"chroot break by cd ..", chroot_break, 0, NULL},
    {"chroot break by fchdir", fchdir_break, 0, NULL},
    {"climb above the root", climb, 0, NULL},
    {"a file behind stdin, stdout or stderr", standard_streams, 0, NULL},
    {"a descriptor above 2", other_descriptors, 0, NULL},
    {"a working directory outside", working_directory, 0, NULL},
};
GROUP(roots, "the root directory", attempts);
