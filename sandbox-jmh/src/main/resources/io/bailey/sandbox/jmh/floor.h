/*
 * What the three files of the C floor share. The floor is the least that a sandbox can cost: a C program that has the kernel do
 * what Bailey's default configuration has it do (compare with Sandbox.explain). Where Bailey changes, change it here too.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <asm/unistd.h>
#include <linux/sched.h>

/* Raw system calls: the child that shares its parent's memory may not touch errno, and the init has no libc. x86-64. */
static inline __attribute__((always_inline)) long sys6(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#define SYS6(number, a, b, c, d, e, f, ...) \
    sys6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* SYS(__NR_close, fd): what is left out is 0. */
#define SYS(...) SYS6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* clone3 whose child runs on the stack in args, shares the memory or not, and does not come back. */
static inline long clone_into(struct clone_args *args, void (*child)(void *), void *argument) {
    long result;
    register void *function __asm__("r12") = (void *)child;
    register void *parameter __asm__("r13") = argument;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "0"(__NR_clone3), "D"(args), "S"(sizeof *args), "r"(function), "r"(parameter)
                     : "rcx", "r11", "memory");
    return result;
}

/* What kind of sandbox; the init gets it as a number in its arguments. */
enum {
    USERNS = 1,
    NETNS = 2,
    OVERLAY = 4,
    HOST_ROOT = 8, /* the host's own tree: private /tmp, /var/tmp, /run */
    PRIVATE_TMP = 16,
};

/* The init's arguments after its name. */
enum { STDIN, STDOUT, STDERR, STATUS, LIFELINE, ROOT, DEV, SYSFS, KIND, CPUS, LAST_CAP, COMMAND, ARGUMENTS };

/* The moments that the init notes, CLOCK_MONOTONIC. */
enum { SETUP_DONE, EXEC_DONE, COMMAND_ENDED, STAMPS };

/* What the init writes into the status pipe: how the command ended, or the line of floor_init.c that failed. */
struct report {
    int line;
    int error;
    int status;
    int unused;
    long stamps[STAMPS][2]; /* struct timespec */
    char usage[144];        /* struct rusage */
};

#endif
