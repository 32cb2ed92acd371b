package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.InitImage;
import io.bailey.sandbox.linux.program.LinkedProgram;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeMemory;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Starts children. One per JVM: it holds the trampoline and the reactor. */
public final class Launcher {
    private static final long POLLIN_IN_POLLFD = 1L << 32;
    private static final int SIGKILL = 9;

    /** CLONE_VM, CLONE_PIDFD, CLONE_NEWUSER, CLONE_CLEAR_SIGHAND. */
    private static final long NAMESPACE_FLAGS = 0x100 | 0x1000 | 0x10000000 | 0x100000000L;

    /** A descriptor that is watched. */
    @FunctionalInterface
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    private static final int DRAFT_BYTES = 64 << 10;
    private static final int EXECUTE_ONLY = 0111;
    private static final int MFD_FLAGS = Linux.MFD_ALLOW_SEALING | Linux.MFD_EXEC;

    private final Linux linux;
    private final Trampoline trampoline;
    private final Reactor reactor;

    /** For inits on their way to the kernel. */
    private final Slots drafts;

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
        this.drafts = new Slots(linux, DRAFT_BYTES);
    }

    /**
     * Starts a child. Throws {@link LaunchException}; whatever had been made by then is gone again.
     */
    public Session launch(LaunchRequest request) {
        return launch(request, false);
    }

    /**
     * The same for a child that gets its command later, see {@link Session#hand}. The request's is
     * of no account, nor is its tap.
     */
    public Session park(LaunchRequest request) {
        return launch(request, true);
    }

    private Session launch(LaunchRequest request, boolean parked) {
        if (!request.diesWithThread()) {
            return start(request, parked);
        }
        try {
            return CompletableFuture.supplyAsync(() -> start(request, parked), immortal).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    /**
     * Watches a descriptor that is not a session's, until it is closed, which must come before the
     * descriptor's own end. {@code ready} runs on the reactor's thread and must not block.
     */
    public Watch watch(int fd, int events, Runnable ready) {
        long key = reactor.newKey();
        reactor.add(key, fd, events, what -> ready.run(), failure -> {});
        return () -> reactor.remove(key, fd);
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

    /**
     * Runs {@code task}, which must not block, once when the process of {@code pidfd} has ended:
     * one of another process's too. The descriptor stays open until then, or until what is returned
     * has been run, after which the task is run no more.
     */
    public Runnable whenEnded(Fd pidfd, Runnable task) {
        long key = reactor.newKey();
        Runnable unwatch =
                () -> {
                    if (pidfd.isOpen()) {
                        reactor.remove(key, pidfd.number());
                        pidfd.close();
                    }
                };
        reactor.add(
                key,
                pidfd.number(),
                Linux.EPOLLIN,
                events -> {
                    unwatch.run();
                    task.run();
                },
                failure -> task.run());
        return unwatch;
    }

    private Session start(LaunchRequest request, boolean parked) {
        Session session = new Session(linux, reactor, trampoline);
        try {
            session.open(request, parked);
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
        long[] kept = kept(request, status, lifeline);
        Free free = new Free(kept);
        long signals = free.next();
        values.put(Bindings.SIGNALS, signals);
        values.put(Bindings.SIGNALS_POLL, signals | POLLIN_IN_POLLFD);
        // Without an init nobody reads signals, and that number is free too.
        long first = request.diesWithThread() ? signals : free.next();
        values.put(Bindings.RULESET, first);
        values.put(Bindings.PLACE, free.next());
        values.put(Bindings.LISTENER, first);
        values.put(Bindings.LISTENER_POLL, first | POLLIN_IN_POLLFD);
        values.put(Bindings.BELOW_KEPT, kept[0] - 1);
        for (int gap = 0; gap < kept.length - 1; gap++) {
            values.put(Bindings.gapFirst(gap), kept[gap] + 1);
            values.put(Bindings.gapLast(gap), kept[gap + 1] - 1);
        }
        values.put(Bindings.ABOVE_KEPT, kept[kept.length - 1] + 1);
        for (int i = 0; i < request.cgroupProcs().size(); i++) {
            values.put(Bindings.cgroup(i), (long) request.cgroupProcs().get(i));
        }
        request.descriptors().forEach((binding, fd) -> values.put(binding, (long) fd));
        poll(values, Bindings.OUTPUT, Bindings.OUTPUT_POLL);
        poll(values, Bindings.ERROR, Bindings.ERROR_POLL);
        return values;
    }

    private static void poll(Map<Binding, Long> values, Binding fd, Binding poll) {
        if (values.containsKey(fd)) {
            values.put(poll, values.get(fd) | POLLIN_IN_POLLFD);
        }
    }

    /** What stays open in the init, in order. */
    private static long[] kept(LaunchRequest request, long status, long lifeline) {
        List<Binding> lasting =
                request.lasting().isPresent() ? request.lasting().get().kept() : List.of();
        long[] kept = new long[2 + lasting.size()];
        kept[0] = status;
        kept[1] = lifeline;
        for (int i = 2; i < kept.length; i++) {
            kept[i] = Objects.requireNonNull(request.descriptors().get(lasting.get(i - 2)));
        }
        Arrays.sort(kept);
        return kept;
    }

    /** Numbers from 3 on that are none of those that stay open. */
    private static final class Free {
        private final long[] kept;
        private long last = 2;

        Free(long[] kept) {
            this.kept = kept;
        }

        long next() {
            do {
                last++;
            } while (Arrays.binarySearch(kept, last) >= 0);
            return last;
        }
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
            write(request.init(), session, values, image);
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

    private void write(LinkedProgram init, Session session, Map<Binding, Long> values, Fd image) {
        NativeMemory draft = drafts.take(InitImage.room(init));
        try {
            int length =
                    InitImage.write(
                            draft.bytes(),
                            init,
                            Blueprint.INIT_FAILED,
                            session.statusForChild(),
                            values);
            LaunchException.check(
                    linux.writeAll(image.number(), draft, length), "write the init to", "memfd");
        } finally {
            drafts.release(draft);
        }
    }
}
