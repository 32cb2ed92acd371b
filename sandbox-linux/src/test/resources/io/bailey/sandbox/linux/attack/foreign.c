/* The other ways into an x86-64 kernel, with numbers of their own that a filter may not know. */
#include "attempt.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__

static void no_such_gate(int signal) {
    (void)signal;
    refused("SIGSEGV");
}

static long interrupted(long number, unsigned b, unsigned c, unsigned d) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(b), "c"(c), "d"(d) : "memory", "r8", "r9", "r10", "r11");
    if ((int)result < 0 && (int)result > -4096) {
        errno = -(int)result;
        return -1;
    }
    return result;
}

static long by_interrupt(long number, unsigned b, unsigned c, unsigned d) {
    /* A kernel without 32-bit calls answers the instruction with SIGSEGV. */
    signal(SIGSEGV, no_such_gate);
    /* User-mode Linux takes it for one more way to make a 64-bit call: no foreign one. In the 32-bit table this is mkdir. */
    if (interrupted(SYS_getpid, 0, 0, 0) == getpid()) {
        absent("no 32-bit calls");
    }
    return interrupted(number, b, c, d);
}

static void interrupt(const struct attempt *a) {
    gate(by_interrupt(a->number, 0, 0, 0));
}

/* socketcall(SYS_SOCKET, {AF_ALG, SOCK_SEQPACKET, 0}): the family lies in memory. */
static void socketcall(const struct attempt *a) {
    unsigned *arguments =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (arguments == MAP_FAILED) {
        broken("mmap");
    }
    arguments[0] = (unsigned)a->number;
    arguments[1] = 5;
    gate(by_interrupt(102, 1, (unsigned)(unsigned long)arguments, 0));
}

static void x32(const struct attempt *a) {
    gate(syscall(0x40000000 | a->number, 0, 0, 0, 0, 0, 0));
}

static void beyond(const struct attempt *a) {
    gate(syscall(a->number, 0, 0, 0, 0, 0, 0));
}

static const struct attempt attempts[] = {
    {"int 0x80, getpid", interrupt, 20, NULL},
    {"int 0x80, io_uring_setup", interrupt, 425, NULL},
    {"int 0x80, socketcall AF_ALG", socketcall, 38, NULL},
    {"int 0x80, socketcall AF_VSOCK", socketcall, 40, NULL},
    {"int 0x80, clone3", interrupt, 435, NULL},
    {"x32, getpid", x32, SYS_getpid, NULL},
    {"x32, its own execveat", x32, 545, NULL},
    {"x32, its own ptrace", x32, 521, NULL},
    {"x32, its own process_vm_readv", x32, 539, NULL},
    {"a number beyond every table", beyond, 4095, NULL},
    {"number -1", beyond, -1, NULL},
    {"keyctl, high bits set", beyond, 0x100000000L | SYS_keyctl, NULL},
};

#else

static const struct attempt attempts[] = {};

#endif

GROUP(foreign_calls, "foreign calls", attempts);
