/* One run of the floor, seen from the parent. */
#ifndef FLOOR_LAUNCH_H
#define FLOOR_LAUNCH_H

struct options {
    const char *init;    /* the program made of floor_init.c */
    const char *command; /* as the sandbox sees it */
    const char *root;
    int kind; /* USERNS and the like, floor.h */
    int limits;
};

/* What one thread needs for its runs: the stack of the child. */
struct worker {
    char stack[16384] __attribute__((aligned(16)));
    char entry[65536];
    unsigned serial;
    unsigned id;
};

/* The ends of a run's phases, CLOCK_MONOTONIC in nanoseconds: those of Bailey's Timings. */
enum { ASKED, PREPARED, CLONED, SET_UP, EXECUTED, ENDED, DONE, MOMENTS };

/* Once: the range of ids, the device directory, the cgroups above ours. */
void prepare(const struct options *options);

/* Makes a sandbox, runs the command in it, reads what it writes, takes all of it down. Anything but exit 0 ends the program. */
void run_once(const struct options *options, struct worker *worker, long moments[MOMENTS]);

long now(void);

__attribute__((noreturn)) void die(const char *step);

#endif
