package io.bailey.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;

/** Results to test with. */
final class Answers {

    static final Usage USAGE =
            new Usage(
                    Duration.ofMillis(4),
                    Duration.ofMillis(3),
                    Duration.ofMillis(2),
                    Duration.ofMillis(1),
                    MemorySize.parse("1M"),
                    MemorySize.of(0),
                    MemorySize.of(0),
                    OptionalLong.of(2));

    static final Timings TIMINGS =
            new Timings(
                    Duration.ofNanos(1),
                    Duration.ofNanos(20),
                    Duration.ofNanos(300),
                    Duration.ofNanos(4_000),
                    Duration.ofNanos(50_000),
                    Duration.ofNanos(600_000));

    private Answers() {}

    static Result answer(Termination termination, int exitCode, String stdout, String stderr) {
        return new Result(
                termination,
                exitCode,
                stdout.getBytes(StandardCharsets.UTF_8),
                stderr.getBytes(StandardCharsets.UTF_8),
                false,
                Isolation.FULL,
                USAGE,
                TIMINGS);
    }

    static Result exited(int code) {
        return answer(new Termination.Exited(code), code, "out", "err");
    }
}
