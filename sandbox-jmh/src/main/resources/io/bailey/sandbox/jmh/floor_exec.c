/*
 * The C floor of a further command in a sandbox that runs: join its cgroups and namespaces, be born inside, execute, be waited for.
 *
 *   gcc -O2 -o floor-exec floor_exec.c
 *   floor-exec PID PROGRAM [TASKS...]
 *
 * TASKS are the v1 files to join by. As a server it makes one run for each byte it reads and answers with its nanoseconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP)
#define MAX_TASKS 16

static char outer_stack[16384] __attribute__((aligned(16))), inner_stack[16384] __attribute__((aligned(16)));
static const char *program;
static int pidfd, time_ns, tasks[MAX_TASKS], task_count;

static void die(const char *step) {
    fprintf(stderr, "floor-exec: %s: %s\n", step, strerror(errno));
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

static int enter(void *unused) {
    int status;
    (void)unused;
    for (int i = 0; i < task_count; i++) {
        if (write(tasks[i], "0", 1) != 1) die("join a cgroup");
    }
    if (setns(pidfd, NAMESPACES) < 0) die("setns");
    if (time_ns >= 0 && setns(time_ns, CLONE_NEWTIME) < 0) die("setns time");
    int pid = clone(command, inner_stack + sizeof inner_stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    if (pid < 0) die("clone the command");
    if (waitpid(pid, &status, 0) != pid) die("wait for the command");
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

static long run(void) {
    int status;
    long began = now();
    /* Memory of its own: a time namespace is joined by nobody who shares memory (timens_install). Small, so it is cheap. */
    int pid = clone(enter, outer_stack + sizeof outer_stack, SIGCHLD, NULL);
    if (pid < 0) die("clone");
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) die("the command failed");
    return now() - began;
}

int main(int count, char **arguments) {
    char byte, path[64];
    if (count < 3 || count - 3 > MAX_TASKS) return 2;
    program = arguments[2];
    pidfd = syscall(SYS_pidfd_open, atoi(arguments[1]), 0);
    if (pidfd < 0) die("pidfd_open");
    snprintf(path, sizeof path, "/proc/%s/ns/time_for_children", arguments[1]);
    time_ns = open(path, O_RDONLY | O_CLOEXEC);
    for (int i = 3; i < count; i++) {
        if ((tasks[task_count++] = open(arguments[i], O_WRONLY | O_CLOEXEC)) < 0) die(arguments[i]);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (read(STDIN_FILENO, &byte, 1) == 1) printf("%ld\n", run());
    return 0;
}
