package io.bailey.sandbox;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened to a container, or to a command that {@link Sandbox#run(Command)} ran.
 *
 * @since 0.1
 */
public sealed interface ContainerEvent {

    /**
     * Returns the id of the container it happened to.
     *
     * @return lower-case hexadecimal digits
     */
    String container();

    /**
     * Returns when it happened, or was noticed.
     *
     * @return the time
     */
    Instant time();

    /**
     * The command was started.
     *
     * @param container the id
     * @param time when
     * @param pid the host's number of the first process
     * @since 0.1
     */
    record Started(String container, Instant time, long pid) implements ContainerEvent {

        /** Creates an event. */
        public Started {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
        }
    }

    /**
     * Every process was frozen.
     *
     * @param container the id
     * @param time when
     * @since 0.1
     */
    record Paused(String container, Instant time) implements ContainerEvent {

        /** Creates an event. */
        public Paused {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
        }
    }

    /**
     * The processes run again.
     *
     * @param container the id
     * @param time when
     * @since 0.1
     */
    record Resumed(String container, Instant time) implements ContainerEvent {

        /** Creates an event. */
        public Resumed {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
        }
    }

    /**
     * The limits were changed.
     *
     * @param container the id
     * @param time when
     * @param limits what holds now
     * @since 0.1
     */
    record Updated(String container, Instant time, Limits limits) implements ContainerEvent {

        /** Creates an event. */
        public Updated {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(limits, "limits");
        }
    }

    /**
     * A further command has ended.
     *
     * @param container the id
     * @param time when
     * @param command its program
     * @param termination how it ended
     * @since 0.1
     */
    record ExecEnded(String container, Instant time, String command, Termination termination)
            implements ContainerEvent {

        /** Creates an event. */
        public ExecEnded {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(command, "command");
            Objects.requireNonNull(termination, "termination");
        }
    }

    /**
     * The kernel killed processes for want of memory.
     *
     * @param container the id
     * @param time when it was noticed
     * @param kills how many processes of the container, since its start
     * @param limit the limit that was reached; empty if it was the machine's memory
     * @param cgroup the group whose limit it was: the container's own or one above; empty if that
     *     is not to be found out
     * @since 0.1
     */
    record OutOfMemory(
            String container,
            Instant time,
            long kills,
            Optional<MemorySize> limit,
            Optional<String> cgroup)
            implements ContainerEvent {

        /** Creates an event. */
        public OutOfMemory {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(cgroup, "cgroup");
        }
    }

    /**
     * A limit was reached and nobody killed for it: a process was refused, memory was taken back or
     * slowed down.
     *
     * @param container the id
     * @param time when it was noticed
     * @param limit which one, as the setter of {@link Sandbox.Builder} is called: {@code "pids"},
     *     {@code "memory"}, {@code "memoryHigh"}
     * @param times how often, since the start
     * @param cgroup the group whose limit it was: the container's own or one above; empty if that
     *     is not to be found out
     * @since 0.1
     */
    record LimitReached(
            String container, Instant time, String limit, long times, Optional<String> cgroup)
            implements ContainerEvent {

        /** Creates an event. */
        public LimitReached {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(cgroup, "cgroup");
        }
    }

    /**
     * The command has ended and nothing of its sandbox is left.
     *
     * @param container the id
     * @param time when
     * @param termination how it ended; empty if it could not be executed, or its status was lost
     * @since 0.1
     */
    record Exited(String container, Instant time, Optional<Termination> termination)
            implements ContainerEvent {

        /** Creates an event. */
        public Exited {
            Objects.requireNonNull(container, "container");
            Objects.requireNonNull(time, "time");
            Objects.requireNonNull(termination, "termination");
        }
    }
}
