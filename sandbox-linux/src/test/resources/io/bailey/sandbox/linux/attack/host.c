/*
 * What the tests need on the host and Java cannot make. Harmless: it makes what it is told to, and takes it away when its input
 * ends.
 *
 *   host victim                       says which signals it gets
 *   host objects KEY NAME SOCKET      System V and POSIX objects, two abstract sockets and one with a path
 *   host bless FILE                   gives a file capabilities
 *   host exchange ONE OTHER           exchanges two names for each other, as often as it can
 *
 * Under another name it tells, in the root of a sandbox, that somebody has run it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

static void must(long result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
}

static void ready(void) {
    puts("ready");
    fflush(stdout);
}

static void until_input_ends(void) {
    char c;
    while (read(0, &c, 1) != 0) {
    }
}

static void tell(int number) {
    char line[] = "signal 00\n";
    line[7] = (char)('0' + number / 10);
    line[8] = (char)('0' + number % 10);
    if (write(1, line, sizeof line - 1) < 0) {
        _exit(1);
    }
}

static void victim(void) {
    for (int number = 1; number < 65; number++) {
        signal(number, tell);
    }
    ready();
    until_input_ends();
}

static void listen_at(int type, const char *path, int is_abstract) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);
    must(fd, "socket");
    strncpy(address.sun_path + is_abstract, path, sizeof address.sun_path - 2);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)is_abstract + strlen(path));
    must(bind(fd, (struct sockaddr *)&address, size + !is_abstract), path);
    if (type == SOCK_STREAM) {
        must(listen(fd, 64), "listen");
    }
}

static void objects(int key, const char *name, const char *path) {
    char slashed[128];
    char datagrams[128];
    snprintf(slashed, sizeof slashed, "/%s", name);
    snprintf(datagrams, sizeof datagrams, "%s-datagrams", name);
    umask(0);
    int segment = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0666);
    must(segment, "shmget");
    int queue = msgget(key, IPC_CREAT | IPC_EXCL | 0666);
    must(queue, "msgget");
    int set = semget(key, 1, IPC_CREAT | IPC_EXCL | 0666);
    must(set, "semget");
    must(shm_open(slashed, O_RDWR | O_CREAT | O_EXCL, 0666), "shm_open");
    must(mq_open(slashed, O_RDWR | O_CREAT | O_EXCL, 0666, NULL), "mq_open");
    listen_at(SOCK_STREAM, name, 1);
    listen_at(SOCK_DGRAM, datagrams, 1);
    listen_at(SOCK_STREAM, path, 0);
    must(chmod(path, 0777), path);
    ready();
    until_input_ends();
    shmctl(segment, IPC_RMID, NULL);
    msgctl(queue, IPC_RMID, NULL);
    semctl(set, 0, IPC_RMID);
    shm_unlink(slashed);
    mq_unlink(slashed);
}

static void bless(const char *file) {
    struct vfs_cap_data capabilities = {
        .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, .data = {{~0U, 0}, {0x1ff, 0}}};
    must(setxattr(file, "security.capability", &capabilities, sizeof capabilities, 0), file);
}

static void exchange(const char *one, const char *other) {
    struct pollfd input = {0, POLLIN, 0};
    unsigned long rounds = 0;
    ready();
    for (;; rounds++) {
        must(renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE), "renameat2");
        if (rounds % 64 == 0 && poll(&input, 1, 0) != 0) {
            break;
        }
    }
    printf("%lu\n", rounds);
}

/* A copy under the name of some tool, for a runtime to fall for. Only in a root of its own does it do what it says. */
static int be_a_tool(const char *name) {
    if (strcmp(basename(name), "host") == 0) {
        return 0;
    }
    if (access("/bailey-attack", F_OK) == 0) {
        close(open("/bailey-attack-canary", O_WRONLY | O_CREAT, 0600));
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc > 0 && be_a_tool(argv[0])) {
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "victim") == 0) {
        victim();
    } else if (argc == 5 && strcmp(argv[1], "objects") == 0) {
        objects(atoi(argv[2]), argv[3], argv[4]);
    } else if (argc == 3 && strcmp(argv[1], "bless") == 0) {
        bless(argv[2]);
    } else if (argc == 4 && strcmp(argv[1], "exchange") == 0) {
        exchange(argv[2], argv[3]);
    } else {
        return 2;
    }
    return 0;
}
