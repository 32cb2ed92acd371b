package io.bailey.sandbox.jmh;

import io.bailey.sandbox.linux.sys.EpollEvents;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;

/**
 * Waits for the end of the process that started this one. By a pidfd, {@code pidfd_open(2)}: {@code
 * PR_SET_PDEATHSIG} tells of the end of the parent's <em>thread</em>, and the end of the standard
 * input is nothing unusual for a command.
 */
final class ParentWatch {
    private static final int FOR_EVER = -1;
    private static final int EINTR = -4;

    private ParentWatch() {}

    /**
     * Has {@code then} called once {@code parent} has ended, on a thread that keeps no JVM alive.
     *
     * @throws IOException if it is not this process's parent, or no longer
     */
    static void watch(long parent, Runnable then) throws IOException {
        Linux linux = Linux.host();
        int pidfd = linux.pidfdOpen(Math.toIntExact(parent));
        if (pidfd < 0) {
            throw new IOException("the process " + parent + " that started this one has ended");
        }
        Fd owned = linux.own(pidfd);
        // Looked at only now: while it is the parent, its number is nobody else's.
        long actual = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
        if (actual != parent) {
            owned.close();
            throw new IOException("this process was started by " + actual + ", not by " + parent);
        }
        Thread.ofPlatform()
                .daemon(true)
                .name("parent-watch")
                .start(() -> {
                    await(linux, owned);
                    then.run();
                });
    }

    private static void await(Linux linux, Fd pidfd) {
        EpollEvents events = new EpollEvents(1);
        try (pidfd;
                Fd epoll = linux.own(linux.epollCreate())) {
            linux.epollCtl(epoll.number(), Linux.EPOLL_CTL_ADD, pidfd.number(), Linux.EPOLLIN, 0);
            int ready = EINTR;
            while (ready == EINTR) {
                ready = linux.epollWait(epoll.number(), events, FOR_EVER);
            }
        }
    }
}
