/* Objects of the host that have a name and no path: each is there while the attempts run, open to everybody. */
#include "attempt.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void abstract_socket(const struct attempt *a) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, (int)a->number, 0);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s%s", site.name,
        a->number == SOCK_DGRAM ? "-datagrams" : "");
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    effect(connect(fd, (struct sockaddr *)&address, size));
}

static void in_unix_table(const struct attempt *a) {
    (void)a;
    static char text[1 << 18];
    int fd = open("/proc/net/unix", O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    size_t length = 0;
    for (ssize_t more; (more = read(fd, text + length, sizeof text - 1 - length)) > 0;) {
        length += (size_t)more;
    }
    if (strstr(text, site.name)) {
        allowed("the host's sockets are in /proc/net/unix");
    }
    refused("not in sight");
}

static void shared_memory_segment(const struct attempt *a) {
    (void)a;
    effect(shmget(site.key, 0, 0));
}

static void message_queue_of_old(const struct attempt *a) {
    (void)a;
    effect(msgget(site.key, 0));
}

static void semaphores(const struct attempt *a) {
    (void)a;
    effect(semget(site.key, 0, 0));
}

static void listed(const struct attempt *a) {
    char text[65536] = "";
    char key[32];
    int fd = open(a->text, O_RDONLY);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    if (read(fd, text, sizeof text - 1) < 0) {
        refused(strerrorname_np(errno));
    }
    snprintf(key, sizeof key, "%10d", site.key);
    if (strstr(text, key)) {
        allowed("the host's key %d", site.key);
    }
    refused("not in sight");
}

static void any_segment(const struct attempt *a) {
    (void)a;
    struct shmid_ds status;
    effect(shmctl(0, SHM_STAT_ANY, &status));
}

static void posix_memory(const struct attempt *a) {
    char name[128];
    snprintf(name, sizeof name, "/%s", site.name);
    effect(shm_open(name, (int)a->number, 0));
}

static void posix_queue(const struct attempt *a) {
    (void)a;
    char name[128];
    snprintf(name, sizeof name, "/%s", site.name);
    effect(mq_open(name, O_RDONLY));
}

static const struct attempt attempts[] = {
    {"abstract socket of the host, stream", abstract_socket, SOCK_STREAM, NULL},
    {"abstract socket of the host, datagram", abstract_socket, SOCK_DGRAM, NULL},
    {"sockets of the host in /proc/net/unix", in_unix_table, 0, NULL},
    {"System V shared memory of the host", shared_memory_segment, 0, NULL},
    {"System V message queue of the host", message_queue_of_old, 0, NULL},
    {"System V semaphores of the host", semaphores, 0, NULL},
    {"System V shared memory, any", any_segment, 0, NULL},
    {"shared memory of the host in /proc/sysvipc/shm", listed, 0, "/proc/sysvipc/shm"},
    {"message queues of the host in /proc/sysvipc/msg", listed, 0, "/proc/sysvipc/msg"},
    {"POSIX shared memory of the host, read", posix_memory, O_RDONLY, NULL},
    {"POSIX shared memory of the host, write", posix_memory, O_RDWR, NULL},
    {"POSIX message queue of the host", posix_queue, 0, NULL},
};
GROUP(host_objects, "objects of the host", attempts);
