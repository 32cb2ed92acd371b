package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;
import java.util.Optional;

/** One setup with its walls, without them, and its floor, taking turns. */
record StartRow(
        Setup setup,
        Sandbox walled,
        Sandbox bare,
        String command,
        Optional<Partner> floor,
        Phases withWalls,
        Phases without,
        Phases theirs)
        implements AutoCloseable {

    static StartRow open(Workbench bench, Setup setup) throws IOException {
        Optional<Partner> floor = Floor.partner(bench, setup);
        return new StartRow(
                setup,
                setup.walled(bench),
                setup.bare(bench),
                setup.command(bench),
                floor,
                new Phases(),
                new Phases(),
                new Phases());
    }

    /**
     * One run of each, the bare one always beside both it is compared with.
     *
     * @param floorFirst whose turn it is to go first: the kernel lets a second one profit, from an
     *     RCU grace period that the first has waited for, say
     */
    void measure(boolean floorFirst, boolean count) throws IOException, InterruptedException {
        if (floorFirst) {
            runFloor(count);
            run(bare, without, count);
            run(walled, withWalls, count);
        } else {
            run(walled, withWalls, count);
            run(bare, without, count);
            runFloor(count);
        }
    }

    private void run(Sandbox sandbox, Phases phases, boolean count) throws InterruptedException {
        long began = System.nanoTime();
        Result result = sandbox.run(command);
        long ended = System.nanoTime();
        result.orThrow();
        if (count) {
            phases.add(ended - began, result.timings());
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
        walled.close();
        bare.close();
        if (floor.isPresent()) {
            floor.get().close();
        }
    }
}
