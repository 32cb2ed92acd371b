package io.bailey.sandbox.linux.flight;

import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;

import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Writes events for whoever records. Where nobody does, not even the classes of the events are
 * loaded: the first event of a JVM without a recording was measured at 150 ms, the question whether
 * there is a recording at 0.1 ms.
 */
public final class Flight {
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Flight() {}

    private static boolean records() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    /**
     * Something that takes time.
     *
     * @param <T> what is known at its end
     */
    @FunctionalInterface
    public interface Span<T> {
        /** It has ended. */
        void end(T outcome);
    }

    /** What is known of a start. */
    public record Start(String container, Rootfs root, String program, long pid) {}

    /** What is known of a further command's end. */
    public record Exec(String container, String program, String termination) {}

    /** What is known of an end: the result, or what was thrown in its stead. */
    public record Exit(String container, Optional<Result> result, String failure) {}

    /** What is known of a mount. */
    public record Mount(String image, int layers) {}

    private static <E extends Event, T> Span<T> span(Supplier<E> maker, BiConsumer<E, T> fill) {
        E event = maker.get();
        event.begin();
        return outcome -> {
            event.end();
            if (event.shouldCommit()) {
                fill.accept(event, outcome);
                event.commit();
            }
        };
    }

    /** A start begins. */
    public static Span<Start> start() {
        return records()
                ? span(
                        StartEvent::new,
                        (event, start) -> {
                            event.container = start.container();
                            event.root = start.root().toString();
                            event.program = start.program();
                            event.pid = start.pid();
                        })
                : outcome -> {};
    }

    /** A sandbox lives. */
    public static Span<Exit> life() {
        return records()
                ? span(
                        ExitEvent::new,
                        (event, exit) -> {
                            event.container = exit.container();
                            event.termination =
                                    exit.result()
                                            .map(result -> result.termination().describe())
                                            .orElse(exit.failure());
                            event.exitCode = exit.result().map(Result::exitCode).orElse(-1);
                            event.cpuTime =
                                    exit.result()
                                            .map(result -> result.usage().cpuTime().toNanos())
                                            .orElse(0L);
                            event.peakMemory =
                                    exit.result()
                                            .map(result -> result.usage().peakMemory())
                                            .map(MemorySize::bytes)
                                            .orElse(0L);
                        })
                : outcome -> {};
    }

    /** A further command begins. */
    public static Span<Exec> exec() {
        return records()
                ? span(
                        ExecEvent::new,
                        (event, exec) -> {
                            event.container = exec.container();
                            event.program = exec.program();
                            event.termination = exec.termination();
                        })
                : outcome -> {};
    }

    /** A root is prepared. */
    public static Span<Mount> mount() {
        return records()
                ? span(
                        MountEvent::new,
                        (event, mount) -> {
                            event.image = mount.image();
                            event.layers = mount.layers();
                        })
                : outcome -> {};
    }

    /** A container was short of memory. */
    public static void limit(ContainerEvent.OutOfMemory told) {
        if (records()) {
            limit(told.container(), "memory", told.kills(), told.cgroup());
        }
    }

    /** A limit was reached. */
    public static void limit(ContainerEvent.LimitReached told) {
        if (records()) {
            limit(told.container(), told.limit(), told.times(), told.cgroup());
        }
    }

    private static void limit(String container, String limit, long times, Optional<String> cgroup) {
        LimitEvent event = new LimitEvent();
        event.container = container;
        event.limit = limit;
        event.times = times;
        event.cgroup = cgroup.orElse("");
        event.commit();
    }
}
