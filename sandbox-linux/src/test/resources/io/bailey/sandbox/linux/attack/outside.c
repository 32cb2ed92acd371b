/*
 * A directory of the host, open to everybody there. In a root of its own the path leads nowhere; without namespaces it is in sight
 * and must stay as it is, unread. It holds: file, sacrifice, directory/, program (this one), socket (a listening one).
 */
#include "attempt.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const char *out(const char *name) {
    return in(site.outside, name);
}

static void open_with(const struct attempt *a) {
    effect(open(out(a->text), (int)a->number | O_NONBLOCK, 0600));
}

static void list(const struct attempt *a) {
    (void)a;
    effect(open(site.outside, O_RDONLY | O_DIRECTORY));
}

static void from_below(const struct attempt *a) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", a->text, out("file"));
    effect(open(path, O_RDONLY));
}

static void by_directory(const struct attempt *a) {
    (void)a;
    if (chdir(site.outside) != 0) {
        refused(strerrorname_np(errno));
    }
    effect(open("file", O_RDONLY));
}

/* A handle without rights, opened again by way of /proc. */
static void reopen(const struct attempt *a) {
    char path[64];
    int handle = open(out("file"), O_PATH);
    if (handle < 0) {
        refused(strerrorname_np(errno));
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    effect(open(path, (int)a->number));
}

static void by_openat2(const struct attempt *a) {
    (void)a;
    struct open_how how = {.flags = O_RDONLY};
    effect(syscall(SYS_openat2, AT_FDCWD, out("file"), &how, sizeof how));
}

static void by_link(const struct attempt *a) {
    const char *link = in(site.work, "link");
    unlink(link);
    if (symlink(out("file"), link) != 0) {
        refused(strerrorname_np(errno));
    }
    effect(open(link, (int)a->number));
}

static void hard_link(const struct attempt *a) {
    const char *link_in = in(site.work, "hard");
    (void)a;
    effect(link(out("file"), link_in));
}

static void hard_link_out(const struct attempt *a) {
    (void)a;
    const char *own = in(site.work, "own");
    close(open(own, O_WRONLY | O_CREAT, 0600));
    effect(link(own, out("linked")));
}

static void remove_file(const struct attempt *a) {
    (void)a;
    effect(unlink(out("sacrifice")));
}

static void remove_directory(const struct attempt *a) {
    (void)a;
    effect(rmdir(out("directory")));
}

static void rename_inside(const struct attempt *a) {
    (void)a;
    effect(rename(out("sacrifice"), out("renamed")));
}

static void rename_away(const struct attempt *a) {
    (void)a;
    effect(rename(out("sacrifice"), in(site.work, "taken")));
}

static void make_directory(const struct attempt *a) {
    (void)a;
    effect(mkdir(out("made"), 0755));
}

static void make_link(const struct attempt *a) {
    (void)a;
    effect(symlink("/", out("made")));
}

static void make_pipe(const struct attempt *a) {
    (void)a;
    effect(mkfifo(out("made"), 0600));
}

static void cut(const struct attempt *a) {
    (void)a;
    effect(truncate(out("file"), 1));
}

static void change_mode(const struct attempt *a) {
    const char *file = out("file");
    switch (a->number) {
        case 0: effect(chmod(file, 0640));
        case 1: effect(fchmodat(AT_FDCWD, file, 0640, 0));
        default: effect(syscall(SYS_fchmodat2, AT_FDCWD, file, 0640, 0));
    }
}

/* fchmod on a handle without rights fails by itself; by /proc/self/fd the path calls reach what is behind it. */
static void change_mode_by_handle(const struct attempt *a) {
    (void)a;
    char path[64];
    int handle = open(out("file"), O_PATH);
    if (handle < 0) {
        refused(strerrorname_np(errno));
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
    effect(chmod(path, 0640));
}

static void change_owner(const struct attempt *a) {
    (void)a;
    effect(chown(out("file"), (uid_t)-1, getegid()));
}

static void change_times(const struct attempt *a) {
    if (a->number == 0) {
        effect(utimensat(AT_FDCWD, out("file"), NULL, 0));
    }
    effect(utimes(out("file"), NULL));
}

static void set_attribute(const struct attempt *a) {
    (void)a;
    effect(setxattr(out("file"), "user.bailey", "x", 1, 0));
}

static void remove_attribute(const struct attempt *a) {
    (void)a;
    effect(removexattr(out("file"), "user.secret"));
}

static void read_attribute(const struct attempt *a) {
    (void)a;
    char value[64];
    effect(getxattr(out("file"), "user.secret", value, sizeof value));
}

static void watch(const struct attempt *a) {
    (void)a;
    int fd = inotify_init1(IN_NONBLOCK);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    effect(inotify_add_watch(fd, site.outside, IN_ALL_EVENTS));
}

static void execute(const struct attempt *a) {
    const char *program = out("program");
    int handle = a->number ? open(program, O_PATH) : -1;
    pid_t child = fork();
    if (child == 0) {
        char *arguments[] = {"program", NULL};
        if (a->number) {
            syscall(SYS_execveat, handle, "", arguments, NULL, AT_EMPTY_PATH);
        } else {
            execve(program, arguments, NULL);
        }
        _exit(100 + (errno == EACCES) + 2 * (errno == ENOENT || errno == EBADF) + 4 * (errno == EPERM));
    }
    int status;
    waitpid(child, &status, 0);
    switch (WIFEXITED(status) ? WEXITSTATUS(status) : 0) {
        case 101: refused("EACCES");
        case 102: refused("ENOENT");
        case 104: refused("EPERM");
        /* Without its arguments it finds no marker. */
        case NO_MARKER: allowed("it ran");
        default: broken("exec");
    }
}

static void connect_to(const struct attempt *a) {
    (void)a;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    if (strlen(out("socket")) >= sizeof address.sun_path) {
        broken("the path is too long");
    }
    strcpy(address.sun_path, out("socket"));
    effect(connect(fd, (struct sockaddr *)&address, sizeof address));
}

static void bind_there(const struct attempt *a) {
    (void)a;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        refused(strerrorname_np(errno));
    }
    strcpy(address.sun_path, out("made"));
    effect(bind(fd, (struct sockaddr *)&address, sizeof address));
}

static const struct attempt attempts[] = {
    {"outside: read a file", open_with, O_RDONLY, "file"},
    {"outside: write a file", open_with, O_WRONLY, "file"},
    {"outside: truncate by open", open_with, O_RDWR | O_TRUNC, "file"},
    {"outside: append", open_with, O_WRONLY | O_APPEND, "file"},
    {"outside: create a file", open_with, O_WRONLY | O_CREAT | O_EXCL, "made"},
    {"outside: create one without a name", open_with, O_WRONLY | O_TMPFILE, "."},
    {"outside: read by openat2", by_openat2, 0, NULL},
    {"outside: read by /proc/self/root", from_below, 0, "/proc/self/root"},
    {"outside: read by /proc/self/cwd/..", from_below, 0, "/proc/self/cwd/../../../../../../../.."},
    {"outside: read from its directory", by_directory, 0, NULL},
    {"outside: read by a handle", reopen, O_RDONLY, NULL},
    {"outside: write by a handle", reopen, O_WRONLY, NULL},
    {"outside: read by a symbolic link", by_link, O_RDONLY, NULL},
    {"outside: write by a symbolic link", by_link, O_WRONLY, NULL},
    {"outside: list", list, 0, NULL},
    {"outside: link in", hard_link, 0, NULL},
    {"outside: link out", hard_link_out, 0, NULL},
    {"outside: unlink", remove_file, 0, NULL},
    {"outside: rmdir", remove_directory, 0, NULL},
    {"outside: rename", rename_inside, 0, NULL},
    {"outside: rename away", rename_away, 0, NULL},
    {"outside: mkdir", make_directory, 0, NULL},
    {"outside: symlink", make_link, 0, NULL},
    {"outside: mkfifo", make_pipe, 0, NULL},
    {"outside: truncate", cut, 0, NULL},
    {"outside: chmod", change_mode, 0, NULL},
    {"outside: fchmodat", change_mode, 1, NULL},
    {"outside: fchmodat2", change_mode, 2, NULL},
    {"outside: chmod by a handle", change_mode_by_handle, 0, NULL},
    {"outside: chown", change_owner, 0, NULL},
    {"outside: utimensat", change_times, 0, NULL},
    {"outside: utimes", change_times, 1, NULL},
    {"outside: setxattr", set_attribute, 0, NULL},
    {"outside: removexattr", remove_attribute, 0, NULL},
    {"outside: getxattr", read_attribute, 0, NULL},
    {"outside: inotify", watch, 0, NULL},
    {"outside: execute", execute, 0, NULL},
    {"outside: execveat", execute, 1, NULL},
    {"outside: connect to a socket", connect_to, 0, NULL},
    {"outside: bind a socket", bind_there, 0, NULL},
};
GROUP(outside, "files outside", attempts);
