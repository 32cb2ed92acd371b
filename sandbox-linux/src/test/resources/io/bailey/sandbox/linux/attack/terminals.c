/*
 * Typing on a terminal for whoever sits at it (CVE-2017-5226), with and without bits that the kernel cuts off and a filter may
 * compare (CVE-2019-10063). The terminal is the attempt's own and its controlling one, so nobody else sits there.
 */
#include "attempt.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

static int terminal;
static int other_end;

/* Leaves the attempt with what it has: without a terminal a filter answers all the same. */
static int open_terminal(void) {
    other_end = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    int unlocked = 0;
    unsigned number;
    char path[32];
    if (other_end < 0 || ioctl(other_end, TIOCSPTLCK, &unlocked) != 0 || ioctl(other_end, TIOCGPTN, &number) != 0) {
        return 0;
    }
    setsid();
    __builtin_sprintf(path, "/dev/pts/%u", number);
    terminal = open(path, O_RDWR | O_NONBLOCK);
    if (terminal < 0) {
        terminal = ioctl(other_end, TIOCGPTPEER, O_RDWR | O_NONBLOCK | O_NOCTTY);
    }
    if (terminal < 0) {
        return 0;
    }
    ioctl(terminal, TIOCSCTTY, 0);
    struct termios raw;
    tcgetattr(terminal, &raw);
    cfmakeraw(&raw);
    tcsetattr(terminal, TCSANOW, &raw);
    return 1;
}

static long control(int fd, unsigned long request, void *argument) {
    return syscall(SYS_ioctl, (long)fd, request, argument);
}

static void push_input(const struct attempt *a) {
    char c = 'x';
    if (!open_terminal()) {
        if (control(0, (unsigned long)a->number, &c) < 0 && errno == EPERM) {
            refused("EPERM");
        }
        refused("no terminal");
    }
    long result = control(terminal, (unsigned long)a->number, &c);
    if (result < 0) {
        refused(strerrorname_np(errno));
    }
    c = 0;
    if (read(terminal, &c, 1) == 1 && c == 'x') {
        allowed("typed on the terminal");
    }
    allowed("returned %ld", result);
}

/* A console's own calls, which a pseudo-terminal does not know: ENOTTY is its answer, so the call has arrived. */
static void console_call(const struct attempt *a) {
    char subcode = 6; /* TIOCL_GETSHIFTSTATE, which only tells */
    if (!open_terminal()) {
        terminal = 0;
    }
    gate(control(terminal, (unsigned long)a->number, &subcode));
}

static void line_discipline(const struct attempt *a) {
    int discipline = 0;
    if (!open_terminal()) {
        refused("no terminal");
    }
    effect(control(terminal, (unsigned long)a->number, &discipline));
}

/* All 256 numbers of the class; what types must have been found out by now. Those left out wait or hang up. */
static void whole_class(const struct attempt *a) {
    static long argument[64];
    if (!open_terminal()) {
        refused("no terminal");
    }
    for (unsigned long low = 0x5400; low <= 0x54ff; low++) {
        if (low == TIOCNOTTY || low == 0x5437 /* TIOCVHANGUP */ || low == TCSBRK || low == TCSBRKP || low == TIOCSTI) {
            continue;
        }
        control(terminal, low | (unsigned long)a->number, argument);
        struct pollfd input = {terminal, POLLIN, 0};
        if (poll(&input, 1, 0) == 1 && (input.revents & POLLIN)) {
            allowed("0x%lx typed something", low);
        }
    }
    refused("nothing was typed");
}

#define HIGH (1L << 32)

static const struct attempt attempts[] = {
    {"TIOCSTI", push_input, TIOCSTI, NULL},
    {"TIOCSTI, bit 32 set", push_input, TIOCSTI | HIGH, NULL},
    {"TIOCSTI, all high bits set", push_input, TIOCSTI | (long)0xffffffff00000000, NULL},
    {"TIOCLINUX", console_call, TIOCLINUX, NULL},
    {"TIOCLINUX, bit 32 set", console_call, TIOCLINUX | HIGH, NULL},
    {"TIOCCONS", console_call, TIOCCONS, NULL},
    {"TIOCCONS, bit 32 set", console_call, TIOCCONS | HIGH, NULL},
    {"TIOCSETD", line_discipline, TIOCSETD, NULL},
    {"TIOCSETD, bit 32 set", line_discipline, TIOCSETD | HIGH, NULL},
    {"any ioctl of the class 0x54 types", whole_class, 0, NULL},
    {"any ioctl of the class 0x54 types, bit 32 set", whole_class, HIGH, NULL},
};
GROUP(terminals, "terminals", attempts);
