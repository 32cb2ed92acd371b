/*
 * The C floor of any process at all: be born in the parent's memory, execute, be waited for. No namespace, no limit, no filter, no pipe.
 *
 *   gcc -O2 -o floor-bare floor_bare.c
 *   floor-bare PROGRAM
 *
 * As a server it makes one run for each byte it reads and answers with its nanoseconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char stack[16384] __attribute__((aligned(16)));
static const char *program;

static void die(const char *step) {
    fprintf(stderr, "floor-bare: %s: %s\n", step, strerror(errno));
    _exit(1);
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int command(void *unused) {
    char *const arguments[] = {(char *)program, NULL}, *const environment[] = {NULL};
    (void)unused;
    execve(program, arguments, environment);
    die("execve");
    return 1;
}

static long run(void) {
    int status;
    long began = now();
    int pid = clone(command, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    if (pid < 0) die("clone");
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) die("the command failed");
    return now() - began;
}

int main(int count, char **arguments) {
    char byte;
    if (count != 2) return 2;
    program = arguments[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (read(STDIN_FILENO, &byte, 1) == 1) printf("%ld\n", run());
    return 0;
}
