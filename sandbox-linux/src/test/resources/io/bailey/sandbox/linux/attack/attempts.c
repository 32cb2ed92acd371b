/*
 * Attempts to get out of a sandbox, each by name.
 *
 *   attempts MARKER TOKEN list        prints "group TAB name" of each
 *   attempts MARKER TOKEN try NAME    prints "name TAB verdict TAB detail"
 *   attempts MARKER TOKEN report      prints which ids and capabilities it runs with
 *
 * The verdict is REFUSED, ALLOWED, ABSENT (nothing to attack), TOLD (information) or BROKEN (the attempt could not be made).
 */
#include "attempt.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 30

extern const struct group roots, mounts, masks, first_process, host_processes, namespaces, calls, foreign_calls, families,
    netlink, raw_sockets, terminals, settings, kernel_files, cgroups, devices, privileges, secrets, host_objects, outside,
    shared_layer;

void report_privileges(void);

static const struct attempt *current;

static _Noreturn void verdict(const char *word, const char *format, va_list arguments) {
    char detail[512];
    vsnprintf(detail, sizeof detail, format, arguments);
    dprintf(STDOUT_FILENO, "%s\t%s\t%s\n", current->name, word, detail);
    _exit(0);
}

static _Noreturn __attribute__((format(printf, 2, 3))) void say(const char *word, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    verdict(word, format, arguments);
}

void refused(const char *how) {
    say("REFUSED", "%s", how);
}

void allowed(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    verdict("ALLOWED", format, arguments);
}

void told(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    verdict("TOLD", format, arguments);
}

void absent(const char *why) {
    say("ABSENT", "%s", why);
}

void broken(const char *step) {
    say("BROKEN", "%s: %s", step, strerrorname_np(errno));
}

void effect(long result) {
    if (result < 0) {
        refused(strerrorname_np(errno));
    }
    allowed("returned %ld", result);
}

void gate(long result) {
    if (result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS)) {
        refused(strerrorname_np(errno));
    }
    allowed("%s", result < 0 ? strerrorname_np(errno) : "returned");
}

const char *in(const char *directory, const char *name) {
    static char paths[4][PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", directory, name);
    return path;
}

/* Proves that the apparatus sees what succeeds. */
static void nothing(const struct attempt *attempt) {
    (void)attempt;
    allowed("as it must be");
}

static const struct attempt control_attempts[] = {{"control", nothing, 0, NULL}};
static GROUP(control, "control", control_attempts);

static const struct group *const GROUPS[] = {
    &control, &roots, &mounts, &masks, &first_process, &host_processes, &namespaces, &calls, &foreign_calls, &families,
    &netlink, &raw_sockets, &terminals, &settings, &kernel_files, &cgroups, &devices, &privileges, &secrets, &host_objects,
    &outside, &shared_layer,
};

static void list(void) {
    for (size_t g = 0; g < sizeof GROUPS / sizeof *GROUPS; g++) {
        for (size_t i = 0; i < GROUPS[g]->count; i++) {
            printf("%s\t%s\n", GROUPS[g]->title, GROUPS[g]->attempts[i].name);
        }
    }
}

static const struct attempt *find(const char *name) {
    for (size_t g = 0; g < sizeof GROUPS / sizeof *GROUPS; g++) {
        for (size_t i = 0; i < GROUPS[g]->count; i++) {
            if (strcmp(GROUPS[g]->attempts[i].name, name) == 0) {
                return &GROUPS[g]->attempts[i];
            }
        }
    }
    fprintf(stderr, "no attempt is called %s\n", name);
    exit(2);
}

/* A filter may kill for the call, with SIGSYS; any other end is a fault of the attempt. */
static void told_by_status(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
        refused("SIGSYS");
    }
    if (WIFSIGNALED(status)) {
        say("BROKEN", "ended by SIG%s", sigabbrev_np(WTERMSIG(status)));
    }
    _exit(WEXITSTATUS(status));
}

static void try(const char *name) {
    current = find(name);
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS);
        current->run(current);
        say("BROKEN", "said nothing");
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        broken("fork");
    }
    told_by_status(status);
}

int main(int argc, char **argv) {
    require_marker(argc, argv);
    if (argc == 4 && strcmp(argv[3], "list") == 0) {
        list();
    } else if (argc == 4 && strcmp(argv[3], "report") == 0) {
        report_privileges();
    } else if (argc == 5 && strcmp(argv[3], "try") == 0) {
        try(argv[4]);
    } else {
        return 2;
    }
    return 0;
}
