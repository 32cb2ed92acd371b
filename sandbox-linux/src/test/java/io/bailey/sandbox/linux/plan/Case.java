package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Decoded;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A spec on a site, its plan, and the calls its bytes encode. */
record Case(
        SandboxSpec spec,
        Command command,
        Site site,
        Blueprint blueprint,
        List<Call> entry,
        List<Call> init) {

    static Case of(SandboxSpec spec, Command command, Site site) {
        Blueprint blueprint = Planner.compile(spec, command, site);
        return new Case(
                spec,
                command,
                site,
                blueprint,
                Decoded.of(blueprint.entry()).calls(),
                Decoded.of(blueprint.init()).calls());
    }

    /**
     * Index of the clone3(2) that starts the command; the end of the program where the init becomes
     * it.
     */
    private int start() {
        return spec.init() ? index(init, c -> c.sys() == Sys.CLONE3) : init.size() - 1;
    }

    /** The calls up to the start of the command. */
    List<Call> setup() {
        return init.subList(0, start());
    }

    /** What the process that becomes the command carries out, from its first call to its last. */
    List<Call> path() {
        if (!spec.init()) {
            return init;
        }
        int child = init.get(start()).onZero();
        return IntStream.range(0, init.size())
                .filter(i -> i <= start() || i >= child)
                .mapToObj(init::get)
                .toList();
    }

    /** What stays behind as first process. */
    List<Call> watcher() {
        return spec.init() ? init.subList(start() + 1, init.get(start()).onZero()) : List.of();
    }

    /** The position of the first that matches, −1 for none. */
    static int index(List<Call> calls, Predicate<Call> which) {
        return IntStream.range(0, calls.size())
                .filter(i -> which.test(calls.get(i)))
                .findFirst()
                .orElse(-1);
    }

    /** The position of the last that matches, −1 for none. */
    static int lastIndex(List<Call> calls, Predicate<Call> which) {
        return IntStream.range(0, calls.size())
                .filter(i -> which.test(calls.get(i)))
                .reduce(-1, (_, last) -> last);
    }

    static boolean prctl(Call call, int option) {
        return call.sys() == Sys.PRCTL && call.number(0) == option;
    }

    @Override
    public String toString() {
        return spec + "\n" + command + "\n" + site;
    }
}
