/*
 * The C floor of a sandbox's start: the same system calls from C, measured.
 *
 *   gcc -O2 -pthread -o floor floor.c floor_launch.c
 *   floor --init PATH --root DIR --command PATH [--overlay] [--net] [--no-userns] [--limits]
 *         [--runs N] [--threads T [--burst]] | [--server]
 *
 * With --threads it prints how many runs a second they make together, and with --burst the times of one run of each, all
 * from the moment that all of them begin.
 * With --root / it does what Rootfs.host() does. As a server it makes one run for each byte it reads and answers with the
 * nanoseconds of its phases, so that someone else can take turns with it.
 */
#define _GNU_SOURCE
#include "floor.h"
#include "floor_launch.h"

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WARM_UP 50
#define MAX_THREADS 256

static struct options options = {.root = "/", .command = "/bin/true", .kind = USERNS | HOST_ROOT};
static int runs = 1000, threads, server, burst;
static struct worker workers[MAX_THREADS];
static atomic_int left;
static pthread_barrier_t all_here;
static long released;
static long took[MAX_THREADS];

static long measure(struct worker *worker) {
    long moments[MOMENTS];
    run_once(&options, worker, moments);
    return moments[DONE] - moments[ASKED];
}

static void serve(void) {
    char byte;
    long moments[MOMENTS];
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        run_once(&options, &workers[0], moments);
        for (int i = 1; i < MOMENTS; i++) printf("%ld%c", moments[i] - moments[i - 1], i < DONE ? ' ' : '\n');
    }
}

static int ascending(const void *a, const void *b) {
    long left = *(const long *)a, right = *(const long *)b;
    return (left > right) - (left < right);
}

static void alone(void) {
    long *times = calloc(runs, sizeof *times);
    for (int i = 0; i < WARM_UP; i++) measure(&workers[0]);
    for (int i = 0; i < runs; i++) times[i] = measure(&workers[0]);
    qsort(times, runs, sizeof *times, ascending);
    printf("runs %d  p50 %.3f ms  p99 %.3f ms  min %.3f ms\n", runs, times[runs / 2] / 1e6, times[runs * 99 / 100] / 1e6,
            times[0] / 1e6);
    free(times);
}

static void *work(void *worker) {
    while (atomic_fetch_sub(&left, 1) > 0) measure(worker);
    return NULL;
}

static void together(void) {
    pthread_t ids[MAX_THREADS];
    for (int i = 0; i < WARM_UP; i++) measure(&workers[0]);
    long began = now();
    left = runs;
    for (int i = 0; i < threads; i++) {
        workers[i].id = i;
        if (pthread_create(&ids[i], NULL, work, &workers[i]) != 0) die("pthread_create");
    }
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    printf("runs %d  threads %d  per second %.0f\n", runs, threads, runs * 1e9 / (now() - began));
}

static void *work_once(void *argument) {
    struct worker *worker = argument;
    int last = pthread_barrier_wait(&all_here) == PTHREAD_BARRIER_SERIAL_THREAD;
    if (last) released = now();
    pthread_barrier_wait(&all_here);
    measure(worker);
    took[worker->id] = now() - released;
    return NULL;
}

static void at_once(void) {
    pthread_t ids[MAX_THREADS];
    for (int i = 0; i < WARM_UP; i++) measure(&workers[0]);
    pthread_barrier_init(&all_here, NULL, threads);
    for (int i = 0; i < threads; i++) {
        workers[i].id = i;
        if (pthread_create(&ids[i], NULL, work_once, &workers[i]) != 0) die("pthread_create");
    }
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    for (int i = 0; i < threads; i++) printf("%ld%c", took[i], i < threads - 1 ? ' ' : '\n');
}

static void read_options(int count, char **arguments) {
    static const struct option names[] = {{"init", 1, 0, 'i'}, {"root", 1, 0, 'r'}, {"command", 1, 0, 'c'},
            {"overlay", 0, 0, 'o'}, {"net", 0, 0, 'n'}, {"userns", 0, 0, 'u'}, {"no-userns", 0, 0, 'U'},
            {"limits", 0, 0, 'l'}, {"runs", 1, 0, 'R'}, {"threads", 1, 0, 't'}, {"burst", 0, 0, 'b'}, {"server", 0, 0, 's'}, {0, 0, 0, 0}};
    int option;
    while ((option = getopt_long(count, arguments, "", names, NULL)) != -1) {
        switch (option) {
            case 'i': options.init = optarg; break;
            case 'r': options.root = optarg; break;
            case 'c': options.command = optarg; break;
            case 'o': options.kind |= OVERLAY; break;
            case 'n': options.kind |= NETNS; break;
            case 'u': options.kind |= USERNS; break;
            case 'U': options.kind &= ~USERNS; break;
            case 'l': options.limits = 1; break;
            case 'R': runs = atoi(optarg); break;
            case 't': threads = atoi(optarg); break;
            case 'b': burst = 1; break;
            case 's': server = 1; break;
            default: exit(2);
        }
    }
    if (strcmp(options.root, "/") != 0) {
        options.kind &= ~HOST_ROOT;
        /* Bailey gives a read-only root a private /tmp; an overlay's is writable anyway. */
        if (!(options.kind & OVERLAY)) options.kind |= PRIVATE_TMP;
    }
    if (!options.init || runs < 1 || threads < 0 || (burst && !threads) || threads > MAX_THREADS) exit(2);
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    prepare(&options);
    if (server) {
        serve();
    } else if (burst) {
        at_once();
    } else if (threads) {
        together();
    } else {
        alone();
    }
    return 0;
}
