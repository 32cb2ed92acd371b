package io.bailey.sandbox.jmh;

import java.time.Duration;
import java.util.List;

/** How much of each the suite measures. */
enum SuiteScale {
    /** A few minutes: whether all of it works, and a first look. */
    QUICK(100, 50, 1, 3, 300, 2, 5, 50, 1, 100),
    /** Less than 15 minutes on two processors. */
    STANDARD(500, 200, 4, 10, 1_500, 5, 30, 200, 3, 500),
    /** As long as it takes: ten minutes of it are the steady state. */
    FULL(3_000, 1_000, 4, 20, 10_000, 20, 600, 1_000, 7, 1_000);

    private static final int MOST_STARTED = 128;

    private final int rounds;
    private final int flatRounds;
    private final int heapGigabytes;
    private final int freshJvms;
    private final int runs;
    private final int bursts;
    private final int steadySeconds;
    private final int mountRounds;
    private final int unpackRounds;
    private final int crowd;

    SuiteScale(
            int rounds,
            int flatRounds,
            int heapGigabytes,
            int freshJvms,
            int runs,
            int bursts,
            int steadySeconds,
            int mountRounds,
            int unpackRounds,
            int crowd) {
        this.rounds = rounds;
        this.flatRounds = flatRounds;
        this.heapGigabytes = heapGigabytes;
        this.freshJvms = freshJvms;
        this.runs = runs;
        this.bursts = bursts;
        this.steadySeconds = steadySeconds;
        this.mountRounds = mountRounds;
        this.unpackRounds = unpackRounds;
        this.crowd = crowd;
    }

    static SuiteScale of(List<String> options) {
        if (options.contains("--quick")) {
            return QUICK;
        }
        return options.contains("--full") ? FULL : STANDARD;
    }

    int rounds() {
        return rounds;
    }

    int flatRounds() {
        return flatRounds;
    }

    int heapGigabytes() {
        return heapGigabytes;
    }

    int freshJvms() {
        return freshJvms;
    }

    int runs() {
        return runs;
    }

    int bursts() {
        return bursts;
    }

    Duration steady() {
        return Duration.ofSeconds(steadySeconds);
    }

    /** How many layers the images have that roots are made of. */
    List<Integer> layers() {
        return this == QUICK ? List.of(1, 20, 128) : List.of(1, 5, 20, 60, 128, 500);
    }

    /** How many layers the images have that sandboxes are started on. */
    List<Integer> startedLayers() {
        return layers().stream().filter(count -> count <= MOST_STARTED).toList();
    }

    int mountRounds() {
        return mountRounds;
    }

    int unpackRounds() {
        return unpackRounds;
    }

    int crowd() {
        return crowd;
    }
}
