package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.InitImage;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

/** Starts children. One per JVM: it holds the trampoline and the reactor. */
public final class Launcher {
    private static final long POLLIN_IN_POLLFD = 1L << 32;
    private static final int SIGKILL = 9;

    /** CLONE_VM, CLONE_PIDFD, CLONE_NEWUSER, CLONE_CLEAR_SIGHAND. */
    private static final long NAMESPACE_FLAGS = 0x100 | 0x1000 | 0x10000000 | 0x100000000L;

    private static final int EXECUTE_ONLY = 0111;
    private static final int MFD_FLAGS = Linux.MFD_ALLOW_SEALING | Linux.MFD_EXEC;

    private final Linux linux;
    private final Trampoline trampoline;
    private final Reactor reactor;

    /**
     * A thread that never ends, for children whose life the kernel ties to the thread that cloned
     * them.
     */
    private final ExecutorService immortal =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("bailey-launcher").daemon(true).factory());

    public Launcher(Linux linux) {
        this.linux = linux;
        this.trampoline = new Trampoline(linux);
        this.reactor = new Reactor(linux);
    }

    /**
     * Starts a child. Throws {@link LaunchException}; whatever had been made by then is gone again.
     */
    public Session launch(LaunchRequest request) {
        if (!request.diesWithThread()) {
            return start(request);
        }
        try {
            return CompletableFuture.supplyAsync(() -> start(request), immortal).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /**
     * A user namespace with {@code maps}, held by a descriptor only: idmapped mounts take their map
     * from it.
     */
    public Fd userNamespace(IdMaps maps) {
        Trampoline.Child child =
                trampoline.launch(NAMESPACE_FLAGS, -1, Sleeper.PROGRAM, 2, Map.of());
        try (Fd pidfd = linux.own(child.pidfd())) {
            try {
                maps.write(linux, child.pid());
                String path = "/proc/" + child.pid() + "/ns/user";
                int fd = linux.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY, 0);
                return Pipe.own(
                        linux, LaunchException.check(fd, "open the user namespace", path), path);
            } finally {
                linux.pidfdSendSignal(pidfd.number(), SIGKILL);
                linux.waitPidfd(pidfd.number(), 0);
                trampoline.release(child.slot());
            }
        }
    }

    private Session start(LaunchRequest request) {
        Session session = new Session(linux, reactor, trampoline);
        try {
            session.open(request);
            Map<Binding, Long> values = values(request, session);
            try (Fd image = image(request, session, values)) {
                values.put(Bindings.IMAGE, (long) image.number());
                session.cloning();
                session.began(
                        trampoline.launch(
                                request.flags(),
                                request.cgroupDirectory().orElse(-1),
                                request.entry(),
                                session.statusForChild(),
                                values));
            }
            request.maps()
                    .ifPresent(maps -> {
                        maps.write(linux, session.pid());
                        session.go();
                    });
            session.handedOver();
            return session;
        } catch (RuntimeException | Error failure) {
            session.abandon();
            throw failure;
        }
    }

    private Map<Binding, Long> values(LaunchRequest request, Session session) {
        Map<Binding, Long> values = new HashMap<>();
        Streams streams = session.streams();
        long status = session.statusForChild();
        long lifeline = session.lifelineForChild();
        values.put(Bindings.STDIN, (long) streams.stdin());
        values.put(Bindings.STDOUT, (long) streams.stdout());
        values.put(Bindings.STDERR, (long) streams.stderr());
        values.put(Bindings.STATUS, status);
        values.put(Bindings.LIFELINE, lifeline);
        values.put(Bindings.LIFELINE_POLL, lifeline | POLLIN_IN_POLLFD);
        long signals =
                LongStream.of(3, 4, 5)
                        .filter(fd -> fd != status && fd != lifeline)
                        .findFirst()
                        .orElseThrow();
        values.put(Bindings.SIGNALS, signals);
        values.put(Bindings.SIGNALS_POLL, signals | POLLIN_IN_POLLFD);
        // Without an init nobody reads signals, and that number is free too.
        long[] free =
                LongStream.rangeClosed(3, 7)
                        .filter(fd -> fd != status && fd != lifeline)
                        .filter(fd -> request.diesWithThread() || fd != signals)
                        .toArray();
        values.put(Bindings.RULESET, free[0]);
        values.put(Bindings.PLACE, free[1]);
        values.put(Bindings.LISTENER, free[0]);
        values.put(Bindings.LISTENER_POLL, free[0] | POLLIN_IN_POLLFD);
        values.put(Bindings.BELOW_KEPT, Math.min(status, lifeline) - 1);
        values.put(Bindings.GAP_FIRST, Math.min(status, lifeline) + 1);
        values.put(Bindings.GAP_LAST, Math.max(status, lifeline) - 1);
        values.put(Bindings.ABOVE_KEPT, Math.max(status, lifeline) + 1);
        for (int i = 0; i < request.cgroupProcs().size(); i++) {
            values.put(Bindings.cgroup(i), (long) request.cgroupProcs().get(i));
        }
        request.descriptors().forEach((binding, fd) -> values.put(binding, (long) fd));
        return values;
    }

    /**
     * The init as a sealed memfd: nobody, inside or out, can change it while it runs
     * (CVE-2019-5736).
     */
    private Fd image(LaunchRequest request, Session session, Map<Binding, Long> values) {
        int fd = linux.memfdCreate("bailey-init", MFD_FLAGS);
        if (fd == -Errno.EINVAL) {
            // MFD_EXEC is unknown before Linux 6.3, where every memfd is executable.
            fd = linux.memfdCreate("bailey-init", Linux.MFD_ALLOW_SEALING);
        }
        Fd image =
                Pipe.own(
                        linux,
                        LaunchException.check(fd, "memfd_create", "for the init"),
                        "the init");
        try {
            byte[] bytes =
                    InitImage.of(
                            request.init(),
                            Blueprint.INIT_FAILED,
                            session.statusForChild(),
                            values);
            LaunchException.check(
                    linux.writeAll(image.number(), bytes), "write the init to", "memfd");
            if (request.hideInit()) {
                LaunchException.check(
                        linux.fchmod(image.number(), EXECUTE_ONLY), "chmod the init in", "memfd");
            }
            LaunchException.check(
                    linux.fcntl(image.number(), Linux.F_ADD_SEALS, Linux.F_SEAL_ALL),
                    "seal the init in",
                    "memfd");
            return image;
        } catch (RuntimeException failure) {
            image.close();
            throw failure;
        }
    }
}
