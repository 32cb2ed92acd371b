/*
 * Every program here would do harm outside of a sandbox. Its first act is require_marker(), which ends it with exit code 77
 * unless it finds itself in the sandbox of a test. Nothing may come before that call.
 */
#ifndef MARKER_H
#define MARKER_H

#include <limits.h>
#include <sys/types.h>

/* The exit code of a program that has found no marker, and has done nothing. */
#define NO_MARKER 77

/* Where the marker lies in a sandbox with a root of its own. No host has this path; the tests look first. */
#define MARKER_INSIDE "/bailey-attack/marker"

/* What the marker says of this run. */
struct site {
    char marker[PATH_MAX];   /* its own path, as the test knows it */
    char token[128];         /* a random word, given on the command line too */
    int in_place;            /* no namespaces: the host's own tree and processes are in sight */
    char home[PATH_MAX];     /* the directory with these programs; read-only */
    char work[PATH_MAX];     /* a directory that may be written to */
    char outside[PATH_MAX];  /* a directory of the host that must be out of reach */
    char canary[PATH_MAX];   /* a file of the host that anybody may read, and a sandbox may not */
    pid_t victim;            /* a process of the host that the test started */
    char name[64];           /* of the host's abstract socket, shared memory and message queue */
    int key;                 /* of the host's System V objects */
    pid_t jvm;               /* the process of the test itself, as the host sees it */
    pid_t init;              /* the sandbox's first process, this one's parent; 0: there is none to attack */
    ino_t mount_namespace;   /* of the host */
    ino_t pid_namespace;     /* of the host */
};

extern struct site site;

/* Reads the marker that argv[1] names with the token argv[2], or exits. */
void require_marker(int argc, char **argv);

#endif
