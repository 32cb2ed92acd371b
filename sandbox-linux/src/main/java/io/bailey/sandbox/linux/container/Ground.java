package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.CgroupUsage;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** What a command stands on: a sandbox of its own, or that of another, which it has entered. */
sealed interface Ground permits OwnGround, SharedGround {

    /** How long it may be stood on, whatever the command's own limit. */
    Optional<Duration> timeLimit();

    /** A clock for the processor time of all that stand on it. */
    Optional<CpuWatch> cpuWatch(Consumer<Termination> onLimit);

    /** Kills what the kernel does not kill with the first process. */
    void kill();

    /** Nobody enters any more, and who has entered is gone when it returns. */
    void vacate();

    /** Reads what was used, when nobody but a leaving init is left. */
    CgroupUsage used();

    /** Lets go of it, whatever happens, when that has been read. */
    void letGo();

    /** Reads what was used for the last time, and lets go of it, whatever happens. */
    CgroupUsage leave();

    /** A reason of ours that has ended all that stand on it. */
    Optional<Termination> endedBy();
}
