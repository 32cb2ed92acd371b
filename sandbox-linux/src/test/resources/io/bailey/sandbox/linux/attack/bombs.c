/*
 * Programs that take all they can get, or will not end.
 *
 *   bombs MARKER TOKEN NAME
 */
#include "attempt.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEGABYTE (1 << 20)

static void say(const char *what, long number) {
    printf("%s %ld\n", what, number);
    fflush(stdout);
}

static void forks(void) {
    for (;;) {
        if (fork() < 0) {
            sched_yield();
        }
    }
}

/* Beyond the limit fork fails; how many there were is told. */
static void count_forks(void) {
    long made = 0;
    for (pid_t child = fork(); child >= 0; child = fork()) {
        if (child == 0) {
            pause();
        }
        made++;
    }
    say(strerrorname_np(errno), made);
}

static void memory(void) {
    for (;;) {
        char *block = mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (block == MAP_FAILED) {
            say(strerrorname_np(errno), 0);
            exit(1);
        }
        memset(block, 1, MEGABYTE);
    }
}

static void fill(int fd) {
    static char block[MEGABYTE];
    long written = 0;
    memset(block, 1, sizeof block);
    for (ssize_t more; (more = write(fd, block, sizeof block)) > 0;) {
        written += more;
    }
    say(strerrorname_np(errno), written);
}

static void file_in(const char *directory) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/bomb", directory);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0) {
        say(strerrorname_np(errno), 0);
        exit(1);
    }
    fill(fd);
}

static void temporary_file(void) {
    file_in("/tmp");
}

static void shared_memory_file(void) {
    file_in("/dev/shm");
}

/* A thousand pipes, each as large as it will be, and full. */
static void pipes(void) {
    long bytes = 0;
    int count = 0;
    for (; count < 1000; count++) {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK) != 0) {
            break;
        }
        fcntl(ends[1], F_SETPIPE_SZ, MEGABYTE);
        static char block[65536];
        for (ssize_t more; (more = write(ends[1], block, sizeof block)) > 0;) {
            bytes += more;
        }
    }
    say("pipes", count);
    say("bytes", bytes);
}

static void memory_files(void) {
    static char block[4096];
    int count = 0;
    for (; count < 10000; count++) {
        int fd = memfd_create("bomb", 0);
        if (fd < 0) {
            break;
        }
        for (int page = 0; page < 64; page++) {
            if (write(fd, block, sizeof block) < 0) {
                break;
            }
        }
    }
    say("files", count);
}

/* Empty files: memory that no size limits. */
static void inodes(void) {
    long made = 0;
    for (; made < 1000000; made++) {
        char path[64];
        snprintf(path, sizeof path, "/tmp/%ld", made);
        if (mknod(path, S_IFREG | 0600, 0) != 0) {
            break;
        }
    }
    say(made == 1000000 ? "no end" : strerrorname_np(errno), made);
}

static void descriptors(void) {
    long made = 0;
    while (made < 4000000 && dup(0) >= 0) {
        made++;
    }
    say(strerrorname_np(errno), made);
}

static void output(void) {
    static char block[65536];
    memset(block, 'y', sizeof block);
    while (write(1, block, sizeof block) >= 0 || errno == EAGAIN) {
    }
}

static void ignore_everything(void) {
    for (int number = 1; number < 65; number++) {
        signal(number, SIG_IGN);
    }
}

static _Noreturn void for_ever(void) {
    for (;;) {
        pause();
    }
}

/* Twice forked, in a session of its own, with the output still in its hands. */
static void daemons(void) {
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            setsid();
            ignore_everything();
            if (fork() == 0) {
                setsid();
                for_ever();
            }
            _exit(0);
        }
    }
    say("daemons", 8);
}

static void deaf(void) {
    ignore_everything();
    say("deaf", 0);
    for_ever();
}

/* A tree of stopped processes, and their parent stopped last. */
static void stopped(void) {
    for (int i = 0; i < 16; i++) {
        if (fork() == 0) {
            for_ever();
        }
    }
    say("stopped", 0);
    kill(-1, SIGSTOP);
    raise(SIGSTOP);
    for_ever();
}

/* Of these the C library does not let go; nobody can ignore the others. */
static int cannot_be_ignored(int number) {
    return number == SIGKILL || number == SIGSTOP || number == 32 || number == 33;
}

/* All signals at whatever can be signalled, the first process above all. */
static void signals(void) {
    ignore_everything();
    if (fork() == 0) {
        for (;;) {
            for (int number = 1; number < 65; number++) {
                kill(1, number);
                kill(getppid(), cannot_be_ignored(number) ? 0 : number);
            }
        }
    }
    struct timespec begun;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    do {
        for (int number = 1; number < 65; number++) {
            union sigval value = {0};
            sigqueue(1, number, value);
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec < begun.tv_sec + 1);
    say("alive", getppid() != 0);
}

/* Children by the thousand, left for the first process to reap. */
static void orphans(void) {
    for (int i = 0; i < 2000; i++) {
        pid_t child = fork();
        if (child == 0) {
            if (fork() == 0) {
                _exit(0);
            }
            _exit(0);
        }
        if (child > 0) {
            waitpid(child, NULL, 0);
        }
    }
    say("orphans", 2000);
}

/* A child traced by its parent that dies in the middle. */
static void traced(void) {
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        for_ever();
    }
    waitpid(child, NULL, WUNTRACED);
    say("traced", 1);
    if (fork() == 0) {
        ignore_everything();
        for_ever();
    }
    deaf();
}

/* Without namespaces only what keeps to itself is set off. */
static const struct { const char *name; void (*run)(void); int harmless; } BOMBS[] = {
    {"forks", forks, 0}, {"count-forks", count_forks, 0}, {"memory", memory, 0}, {"temporary-file", temporary_file, 0},
    {"shared-memory-file", shared_memory_file, 0}, {"pipes", pipes, 0}, {"memory-files", memory_files, 0},
    {"inodes", inodes, 0}, {"descriptors", descriptors, 0}, {"output", output, 1}, {"daemons", daemons, 1}, {"deaf", deaf, 1},
    {"stopped", stopped, 0}, {"signals", signals, 0}, {"orphans", orphans, 0}, {"traced", traced, 1},
};

int main(int argc, char **argv) {
    require_marker(argc, argv);
    for (size_t i = 0; argc == 4 && i < sizeof BOMBS / sizeof *BOMBS; i++) {
        if (strcmp(argv[3], BOMBS[i].name) == 0) {
            if (site.in_place && !BOMBS[i].harmless) {
                return NO_MARKER;
            }
            BOMBS[i].run();
            return 0;
        }
    }
    return 2;
}
