/* What the attempts share: how to tell what came of one. Each runs in a process of its own and ends with one of these calls. */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "marker.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct attempt {
    const char *name;
    void (*run)(const struct attempt *);
    long number;
    const char *text;
};

struct group {
    const char *title;
    const struct attempt *attempts;
    size_t count;
};

#define GROUP(variable, title, array) \
    const struct group variable = {title, array, sizeof array / sizeof *array}

/* It failed, in this way: an errno's name, a signal's, or a word. */
_Noreturn void refused(const char *how);
/* It worked; the rest of the line says what was got. */
_Noreturn __attribute__((format(printf, 1, 2))) void allowed(const char *format, ...);
/* There is nothing here to attack. */
_Noreturn void absent(const char *why);
/* Neither good nor bad, only told. */
_Noreturn __attribute__((format(printf, 1, 2))) void told(const char *format, ...);
/* The attempt itself could not be made; errno is told. */
_Noreturn void broken(const char *step);

/* A call that does what it says: whatever error is a refusal. */
_Noreturn void effect(long result);
/* A call with harmless nonsense for arguments: the error must be one of permission; any other shows that the door was open. */
_Noreturn void gate(long result);

/* The path of a file below a directory. */
const char *in(const char *directory, const char *name);

#endif
