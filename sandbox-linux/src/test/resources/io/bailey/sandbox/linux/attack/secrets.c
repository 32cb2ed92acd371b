/* What belongs to the program that made the sandbox. */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Those that name the sandbox itself. */
static const char *const HARMLESS[] = {"PATH=", "HOME=", "PWD=", "SHLVL=", "HOSTNAME=", "TERM=", "USER=", "container="};

static void environment(const struct attempt *a) {
    (void)a;
    for (char **variable = environ; *variable; variable++) {
        int harmless = 0;
        for (size_t i = 0; i < sizeof HARMLESS / sizeof *HARMLESS; i++) {
            harmless |= strncmp(*variable, HARMLESS[i], strlen(HARMLESS[i])) == 0;
        }
        if (!harmless) {
            allowed("has %.*s", (int)strcspn(*variable, "="), *variable);
        }
    }
    refused("nothing of the host's");
}

static void found(const char *path, const char *prefix) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        refused(strerrorname_np(errno));
    }
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
            allowed("has %s", entry->d_name);
        }
    }
    refused("none");
}

static void performance_data(const struct attempt *a) {
    found(a->text, "hsperfdata");
}

static void read_path(const struct attempt *a) {
    effect(open(a->text, O_RDONLY));
}

/* The host's directories, as they appear in the list of mounts. */
static void mount_table(const struct attempt *a) {
    static char text[1 << 16];
    int fd = open(a->text, O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    size_t length = 0;
    for (ssize_t more; (more = read(fd, text + length, sizeof text - 1 - length)) > 0;) {
        length += (size_t)more;
    }
    text[length] = 0;
    if (strstr(text, site.outside)) {
        allowed("names %s", site.outside);
    }
    refused("own mounts only");
}

static void command_lines(const struct attempt *a) {
    (void)a;
    DIR *directory = opendir("/proc");
    if (directory == NULL) {
        refused(strerrorname_np(errno));
    }
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        char path[300];
        char text[4096] = "";
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        int fd = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
        if (fd >= 0) {
            ssize_t length = read(fd, text, sizeof text - 1);
            if (length > 0 && memmem(text, (size_t)length, "java", 4)) {
                allowed("process %s: %s", entry->d_name, text);
            }
            close(fd);
        }
    }
    refused("own processes only");
}

static const struct attempt attempts[] = {
    {"environment variables of the host", environment, 0, NULL},
    {"performance data in /tmp", performance_data, 0, "/tmp"},
    {"command line of a JVM", command_lines, 0, NULL},
    {"/etc/shadow", read_path, 0, "/etc/shadow"},
    {"/root/.ssh", read_path, 0, "/root/.ssh"},
    {"/var/run/docker.sock", read_path, 0, "/var/run/docker.sock"},
    {"mounts of the host in mountinfo", mount_table, 0, "/proc/self/mountinfo"},
    {"processes of the host in /proc/sched_debug", read_path, 0, "/proc/sched_debug"},
};
GROUP(secrets, "secrets", attempts);
