package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Binding;

/**
 * The launch-time numbers of a sandbox's programs: descriptors of the JVM, under the numbers they
 * have there.
 */
public final class Bindings {
    public static final Binding STDIN = new Binding("stdin");
    public static final Binding STDOUT = new Binding("stdout");
    public static final Binding STDERR = new Binding("stderr");
    public static final Binding STATUS = new Binding("status");
    public static final Binding LIFELINE = new Binding("lifeline");
    public static final Binding IMAGE = new Binding("init");

    /** The lifeline as a {@code struct pollfd}: the number and POLLIN. */
    public static final Binding LIFELINE_POLL = new Binding("lifeline|POLLIN");

    /**
     * The init's signalfd as a {@code struct pollfd}. Its number is foretold: with everything else
     * closed it is the lowest from 3 on that status and lifeline leave free.
     */
    public static final Binding SIGNALS_POLL = new Binding("signals|POLLIN");

    public static final Binding SIGNALS = new Binding("signals");

    /**
     * status and lifeline are kept open in the init; these are the edges of the gaps around them.
     */
    public static final Binding BELOW_KEPT = new Binding("lower kept fd - 1");

    public static final Binding GAP_FIRST = new Binding("lower kept fd + 1");
    public static final Binding GAP_LAST = new Binding("higher kept fd - 1");
    public static final Binding ABOVE_KEPT = new Binding("higher kept fd + 1");

    /**
     * The lowest two numbers that are free once everything else is closed: those of a Landlock
     * ruleset and of a place that a rule is for.
     */
    public static final Binding RULESET = new Binding("ruleset");

    public static final Binding PLACE = new Binding("place");

    /** The same number as the ruleset's, which is closed by then: that of a seccomp listener. */
    public static final Binding LISTENER = new Binding("listener");

    /** The listener as a {@code struct pollfd}: the number and POLLIN. */
    public static final Binding LISTENER_POLL = new Binding("listener|POLLIN");

    /** A pidfd of the first process of the sandbox that a further command enters. */
    public static final Binding FIRST_PROCESS = new Binding("first process");

    /** The time namespace of that process's children. */
    public static final Binding TIME_NAMESPACE = new Binding("time namespace");

    /** That process's root directory. */
    public static final Binding ENTERED_ROOT = new Binding("entered root");

    /** The file that a detached sandbox's init writes its {@link Report} to. */
    public static final Binding REPORT = new Binding("report");

    /** The file of its log that is written to, and the other. */
    public static final Binding LOG = new Binding("log");

    public static final Binding OLDER_LOG = new Binding("older log");

    /** The pipes that the command writes to, as the init reads them: they never come to an end. */
    public static final Binding OUTPUT = new Binding("output");

    public static final Binding ERROR = new Binding("error output");

    public static final Binding OUTPUT_POLL = new Binding("output|POLLIN");
    public static final Binding ERROR_POLL = new Binding("error output|POLLIN");

    private Bindings() {}

    /** The n-th descriptor that is held for what it locks. */
    public static Binding lease(int n) {
        return new Binding("lease " + n);
    }

    /** The first number after the n-th of the kept descriptors in their order. */
    public static Binding gapFirst(int n) {
        return n == 0 ? GAP_FIRST : new Binding("kept fd " + n + " + 1");
    }

    /** The last number before the one that follows the n-th of the kept descriptors. */
    public static Binding gapLast(int n) {
        return n == 0 ? GAP_LAST : new Binding("kept fd " + (n + 1) + " - 1");
    }

    /** The n-th {@code tasks} file of a v1 cgroup. */
    public static Binding cgroup(int n) {
        return new Binding("cgroup" + n + "/tasks");
    }

    /** The n-th file that is copied from. */
    public static Binding copied(int n) {
        return new Binding("copied" + n);
    }

    /** The detached tree for {@code place}. */
    public static Binding tree(String place) {
        return new Binding("tree " + place);
    }
}
