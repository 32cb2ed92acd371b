#define _GNU_SOURCE
#include "marker.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct site site;

static void require(int condition) {
    if (!condition) {
        _exit(NO_MARKER);
    }
}

static void keep(const char *key, const char *value) {
    struct { const char *key; char *into; size_t size; } texts[] = {
        {"self", site.marker, sizeof site.marker},
        {"token", site.token, sizeof site.token},
        {"home", site.home, sizeof site.home},
        {"work", site.work, sizeof site.work},
        {"outside", site.outside, sizeof site.outside},
        {"canary", site.canary, sizeof site.canary},
        {"name", site.name, sizeof site.name},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            require(strlen(value) < texts[i].size);
            strcpy(texts[i].into, value);
        }
    }
    if (strcmp(key, "mode") == 0) {
        require(strcmp(value, "in-place") == 0 || strcmp(value, "namespaces") == 0);
        site.in_place = strcmp(value, "in-place") == 0;
    } else if (strcmp(key, "victim") == 0) {
        site.victim = (pid_t)atoi(value);
    } else if (strcmp(key, "jvm") == 0) {
        site.jvm = (pid_t)atoi(value);
    } else if (strcmp(key, "key") == 0) {
        site.key = atoi(value);
    } else if (strcmp(key, "mount-namespace") == 0) {
        site.mount_namespace = strtoull(value, NULL, 10);
    } else if (strcmp(key, "pid-namespace") == 0) {
        site.pid_namespace = strtoull(value, NULL, 10);
    }
}

static void read_marker(const char *path) {
    static char text[16384];
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    require(fd >= 0);
    ssize_t length = read(fd, text, sizeof text - 1);
    require(length > 0);
    close(fd);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *equals = strchr(line, '=');
        require(equals != NULL);
        *equals = 0;
        keep(line, equals + 1);
    }
}

/* Another namespace than the host's. */
static void require_other(const char *link, ino_t host) {
    struct stat own;
    require(host != 0 && stat(link, &own) == 0 && own.st_ino != host);
}

/* What stands in for namespaces where there are none: no power at all, a filter, and a file that Landlock keeps shut. */
static void require_walls(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    struct stat canary;
    require(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER);
    require(syscall(SYS_capget, &header, sets) == 0);
    require((sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted) == 0);
    require(stat(site.canary, &canary) == 0 && (canary.st_mode & S_IROTH));
}

/* In a pid namespace whoever is 0 is out of sight. Without one the parent must not be somebody of the host. */
static void find_init(void) {
    pid_t parent = getppid();
    int foreign = site.in_place && (parent == 1 || parent == site.jvm || parent == site.victim);
    site.init = getpid() == 1 || foreign ? 0 : parent;
}

void require_marker(int argc, char **argv) {
    require(argc > 2);
    require(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    read_marker(argv[1]);
    require(strlen(site.token) >= 32 && strcmp(site.token, argv[2]) == 0);
    require(strcmp(site.marker, argv[1]) == 0);
    require(site.canary[0] == '/' && site.outside[0] == '/' && site.work[0] == '/' && site.victim > 1 && site.jvm > 1);
    require(open(site.canary, O_RDONLY) < 0);
    if (site.in_place) {
        require(strncmp(site.marker, "/bailey-attack", 14) != 0);
        require_walls();
    } else {
        require(strcmp(site.marker, MARKER_INSIDE) == 0);
        require_other("/proc/self/ns/mnt", site.mount_namespace);
        require_other("/proc/self/ns/pid", site.pid_namespace);
    }
    find_init();
}
