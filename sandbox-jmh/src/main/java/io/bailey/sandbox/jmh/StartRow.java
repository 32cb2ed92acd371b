package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;
import java.util.Optional;

/** One setup and its floor, taking turns. */
record StartRow(
        Setup setup,
        Sandbox sandbox,
        String command,
        Optional<Partner> floor,
        Phases ours,
        Phases theirs)
        implements AutoCloseable {

    static StartRow open(Workbench bench, Setup setup) throws IOException {
        Optional<Partner> floor = Floor.partner(bench, setup);
        return new StartRow(
                setup,
                setup.sandbox(bench),
                setup.command(bench),
                floor,
                new Phases(),
                new Phases());
    }

    /**
     * One run of each.
     *
     * @param floorFirst whose turn it is to go first: the kernel lets a second one profit, from an
     *     RCU grace period that the first has waited for, say
     */
    void measure(boolean floorFirst, boolean count) throws IOException, InterruptedException {
        if (floorFirst) {
            runFloor(count);
        }
        long began = System.nanoTime();
        Result result = sandbox.run(command);
        long ended = System.nanoTime();
        result.orThrow();
        if (count) {
            ours.add(ended - began, result.timings());
        }
        if (!floorFirst) {
            runFloor(count);
        }
    }

    private void runFloor(boolean count) throws IOException {
        if (floor.isPresent()) {
            long[] nanos = floor.get().run();
            if (count) {
                theirs.add(nanos);
            }
        }
    }

    @Override
    public void close() throws IOException {
        sandbox.close();
        if (floor.isPresent()) {
            floor.get().close();
        }
    }
}
