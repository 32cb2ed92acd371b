/*
 * A file that other sandboxes share, read-only here. What reaches its pages in memory reaches theirs: Dirty COW (CVE-2016-5195),
 * Dirty Pipe (CVE-2022-0847), AF_ALG (CVE-2026-31431). Each attempt reads the file again; the test digests it on the host.
 */
#include "attempt.h"

#include <fcntl.h>
#include <linux/if_alg.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SIZE 4096

static char before[SIZE];
static int shared;

static void look(void) {
    shared = open(in(site.home, "layer"), O_RDONLY);
    if (shared < 0 || pread(shared, before, SIZE, 0) != SIZE) {
        broken("layer");
    }
}

static _Noreturn void compare(const char *how) {
    char after[SIZE];
    int again = open(in(site.home, "layer"), O_RDONLY);
    if (again < 0 || pread(again, after, SIZE, 0) != SIZE) {
        broken("layer");
    }
    if (memcmp(before, after, SIZE) != 0) {
        allowed("the page in memory is changed");
    }
    refused(how);
}

/* All of a pipe's buffers are made mergeable, drained, and the file's page spliced in; a write must not land in it. */
static void dirty_pipe(const struct attempt *a) {
    int ends[2];
    char filler[SIZE];
    (void)a;
    look();
    if (pipe(ends) != 0) {
        broken("pipe");
    }
    int size = fcntl(ends[1], F_GETPIPE_SZ);
    memset(filler, 'f', SIZE);
    for (int filled = 0; filled < size; filled += SIZE) {
        if (write(ends[1], filler, SIZE) != SIZE || read(ends[0], filler, SIZE) != SIZE) {
            broken("fill");
        }
    }
    loff_t offset = 7;
    if (splice(shared, &offset, ends[1], NULL, 1, 0) != 1) {
        refused(strerrorname_np(errno));
    }
    if (write(ends[1], "overwritten", 11) != 11) {
        refused(strerrorname_np(errno));
    }
    compare("the page is as it was");
}

/* The file's page, mapped, lent to a pipe as a gift. */
static void by_vmsplice(const struct attempt *a) {
    int ends[2];
    look();
    char *page = mmap(NULL, SIZE, PROT_READ, a->number ? MAP_SHARED : MAP_PRIVATE, shared, 0);
    if (page == MAP_FAILED || pipe(ends) != 0) {
        broken("mmap");
    }
    struct iovec all = {page, SIZE};
    if (vmsplice(ends[1], &all, 1, SPLICE_F_GIFT) < 0) {
        refused(strerrorname_np(errno));
    }
    if (write(ends[1], "overwritten", 11) < 0) {
        refused(strerrorname_np(errno));
    }
    compare("the page is as it was");
}

static void by_algorithm(const struct attempt *a) {
    struct sockaddr_alg address = {.salg_family = AF_ALG, .salg_type = "aead", .salg_name = "gcm(aes)"};
    (void)a;
    look();
    int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        allowed("a socket, though %s", strerrorname_np(errno));
    }
    allowed("the kernel's ciphers can be used on the file's page");
}

static void writable_map(const struct attempt *a) {
    (void)a;
    look();
    void *page = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    if (page == MAP_FAILED) {
        refused(strerrorname_np(errno));
    }
    allowed("mapped");
}

static void map_made_writable(const struct attempt *a) {
    (void)a;
    look();
    void *page = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, shared, 0);
    effect(mprotect(page, SIZE, PROT_READ | PROT_WRITE));
}

static char *cow;

static void *forget(void *stop) {
    while (!*(volatile int *)stop) {
        madvise(cow, SIZE, MADV_DONTNEED);
    }
    return NULL;
}

/* Writes past the protection of a map, while the copy that this makes is thrown away. */
static void dirty_cow(const struct attempt *a) {
    pthread_t thread;
    int stop = 0;
    look();
    cow = mmap(NULL, SIZE, PROT_READ, a->number ? MAP_SHARED : MAP_PRIVATE, shared, 0);
    int memory = open("/proc/self/mem", O_RDWR);
    if (memory < 0) {
        refused(strerrorname_np(errno));
    }
    if (pthread_create(&thread, NULL, forget, &stop) != 0) {
        broken("a thread");
    }
    for (int i = 0; i < 20000; i++) {
        if (pwrite(memory, "overwritten", 11, (off_t)cow) < 0 && a->number) {
            break;
        }
    }
    stop = 1;
    pthread_join(thread, NULL);
    compare("the page is as it was");
}

static void write_to_reader(const struct attempt *a) {
    (void)a;
    look();
    effect(write(shared, "overwritten", 11));
}

static void allocate(const struct attempt *a) {
    look();
    effect(fallocate(shared, (int)a->number, 0, SIZE));
}

static void copy_into(const struct attempt *a) {
    char source[] = "overwritten";
    (void)a;
    look();
    int memory = (int)memfd_create("source", 0);
    if (memory < 0 || write(memory, source, 11) != 11) {
        broken("memfd_create");
    }
    off_t from = 0;
    loff_t to = 0;
    if (sendfile(shared, memory, &from, 11) > 0) {
        allowed("by sendfile");
    }
    effect(copy_file_range(memory, NULL, shared, &to, 11, 0));
}

/* Taking a lock is nothing to refuse; it is a way for two sandboxes on one layer to talk. */
static void lock(const struct attempt *a) {
    (void)a;
    look();
    told("a lease gives %s", fcntl(shared, F_SETLEASE, F_RDLCK) == 0 ? "0" : strerrorname_np(errno));
}

static const struct attempt attempts[] = {
    {"layer: Dirty Pipe", dirty_pipe, 0, NULL},
    {"layer: vmsplice of a private map", by_vmsplice, 0, NULL},
    {"layer: vmsplice of a shared map", by_vmsplice, 1, NULL},
    {"layer: AF_ALG", by_algorithm, 0, NULL},
    {"layer: writable shared map", writable_map, 0, NULL},
    {"layer: shared map made writable", map_made_writable, 0, NULL},
    {"layer: Dirty COW", dirty_cow, 0, NULL},
    {"layer: /proc/self/mem on a shared map", dirty_cow, 1, NULL},
    {"layer: write to a reader's descriptor", write_to_reader, 0, NULL},
    {"layer: fallocate", allocate, 0, NULL},
    {"layer: punch a hole", allocate, 3, NULL},
    {"layer: sendfile and copy_file_range", copy_into, 0, NULL},
    {"layer: lease", lock, 0, NULL},
};
GROUP(shared_layer, "a shared read-only layer", attempts);
