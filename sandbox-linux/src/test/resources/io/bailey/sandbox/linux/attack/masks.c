/* What the kernel tells about the whole machine. It must be empty, or not there. */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void read_file(const struct attempt *a) {
    char some[64];
    int fd = open(a->text, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    ssize_t length = read(fd, some, sizeof some);
    if (length == 0) {
        refused("empty");
    }
    effect(length);
}

static void list_directory(const struct attempt *a) {
    DIR *directory = opendir(a->text);
    if (directory == NULL) {
        refused(strerrorname_np(errno));
    }
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            allowed("has %s", entry->d_name);
        }
    }
    refused("empty");
}

/* Zeros instead of addresses are what everybody gets. */
static void kernel_addresses(const struct attempt *a) {
    (void)a;
    static char text[1 << 16];
    int fd = open("/proc/kallsyms", O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    ssize_t length = read(fd, text, sizeof text - 1);
    if (length <= 0) {
        refused("empty");
    }
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (strlen(line) > 16 && strspn(line, "0") < 16) {
            allowed("%.40s", line);
        }
    }
    refused("zeros");
}

static const struct attempt attempts[] = {
    {"read /proc/kcore", read_file, 0, "/proc/kcore"},
    {"read /proc/keys", read_file, 0, "/proc/keys"},
    {"read /proc/timer_list", read_file, 0, "/proc/timer_list"},
    {"read /proc/sched_debug", read_file, 0, "/proc/sched_debug"},
    {"read /proc/interrupts", read_file, 0, "/proc/interrupts"},
    {"read /proc/latency_stats", read_file, 0, "/proc/latency_stats"},
    {"read /proc/timer_stats", read_file, 0, "/proc/timer_stats"},
    {"read /proc/kmsg", read_file, 0, "/proc/kmsg"},
    {"read /proc/vmcore", read_file, 0, "/proc/vmcore"},
    {"read /proc/slabinfo", read_file, 0, "/proc/slabinfo"},
    {"read /proc/vmallocinfo", read_file, 0, "/proc/vmallocinfo"},
    {"read /proc/kpageflags", read_file, 0, "/proc/kpageflags"},
    {"list /proc/acpi", list_directory, 0, "/proc/acpi"},
    {"list /proc/asound", list_directory, 0, "/proc/asound"},
    {"list /proc/scsi", list_directory, 0, "/proc/scsi"},
    {"list /sys/firmware", list_directory, 0, "/sys/firmware"},
    {"list /sys/devices/virtual/powercap", list_directory, 0, "/sys/devices/virtual/powercap"},
    {"list /sys/class/powercap", list_directory, 0, "/sys/class/powercap"},
    {"list cpu0/thermal_throttle", list_directory, 0, "/sys/devices/system/cpu/cpu0/thermal_throttle"},
    {"list /sys/kernel/debug", list_directory, 0, "/sys/kernel/debug"},
    {"list /sys/kernel/tracing", list_directory, 0, "/sys/kernel/tracing"},
    {"kernel addresses in /proc/kallsyms", kernel_addresses, 0, NULL},
};
GROUP(masks, "masked files", attempts);
