package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Logs;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.OwnPlaces;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

@ExtendWith(LeakAudit.class)
class ContainerLogTest {

    private static Sandbox sandbox(LogPolicy.Place place, String size) {
        return Sandboxes.host().logs(new LogPolicy(place, MemorySize.parse(size))).build();
    }

    @ParameterizedTest
    @EnumSource(
            value = LogPolicy.Place.class,
            names = {"MEMORY", "DISK"})
    void bothStreamsOfAllLivesAreRemembered(LogPolicy.Place place) throws Exception {
        Instant begin = Instant.now();
        try (Sandbox sandbox = sandbox(place, "1M");
                Container container =
                        sandbox.start(
                                Command.of("sh", "-c", "echo out; echo err >&2; printf open")
                                        .stdout(Output.log()))) {
            container.waitFor();
            container.restart();
            container.waitFor();
            List<LogLine> lines = container.logs().lines();
            assertThat(of(lines, OutputStreamKind.STDOUT))
                    .containsExactly("out", "open", "out", "open");
            assertThat(of(lines, OutputStreamKind.STDERR)).containsExactly("err", "err");
            assertThat(lines).allMatch(line -> !line.time().isBefore(begin.minusMillis(10)));
            assertThat(container.logs().truncated()).isFalse();
            assertThat(container.logs().tail(1)).hasSize(1);
            assertThat(container.logs().since(Instant.now())).isEmpty();
            assertThat(
                            Files.exists(
                                    OwnPlaces.state()
                                            .resolve("containers")
                                            .resolve(container.id())
                                            .resolve("log.0")))
                    .isEqualTo(place == LogPolicy.Place.DISK);
        }
    }

    private static List<String> of(List<LogLine> lines, OutputStreamKind stream) {
        return lines.stream().filter(l -> l.stream() == stream).map(LogLine::text).toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = LogPolicy.Place.class,
            names = {"MEMORY", "DISK"})
    void whoFollowsSeesPastAndFutureToTheEnd(LogPolicy.Place place) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Sandbox sandbox = sandbox(place, "1M");
                Container container =
                        sandbox.start(
                                Command.of("sh", "-c", "echo 1; read x; seq 2 3000; printf end")
                                        .stdin(Input.of(when(go)))
                                        .stdout(Output.log()))) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch first = new CountDownLatch(1);
            Logs.Following following =
                    container
                            .logs()
                            .follow(line -> {
                                seen.add(line.text());
                                first.countDown();
                            });
            first.await();
            go.countDown();
            following.await();
            assertThat(seen).hasSize(3001).startsWith("1", "2").endsWith("3000", "end");
        }
    }

    /** Gives a line when it is told to. */
    private static InputStream when(CountDownLatch go) {
        return new InputStream() {
            @Override
            public int read() {
                try {
                    go.await();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                    return -1;
                }
                return '\n';
            }
        };
    }

    @ParameterizedTest
    @EnumSource(
            value = LogPolicy.Place.class,
            names = {"MEMORY", "DISK"})
    void aConsumerThatHangsHoldsNobodyUp(LogPolicy.Place place) throws Exception {
        try (Sandbox sandbox = sandbox(place, "64K");
                Container container =
                        sandbox.start(
                                Command.of("sh", "-c", "seq 1 200000").stdout(Output.log()))) {
            CountDownLatch hang = new CountDownLatch(1);
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            Logs.Following following =
                    container
                            .logs()
                            .follow(line -> {
                                seen.add(line.text());
                                try {
                                    hang.await();
                                } catch (InterruptedException ended) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            assertThat(container.waitFor().exitCode()).isZero();
            hang.countDown();
            following.await();
            assertThat(seen).last().isEqualTo("200000");
            assertThat(container.logs().truncated()).isTrue();
            assertThat(container.logs().lines())
                    .last()
                    .extracting(LogLine::text)
                    .isEqualTo("200000");
        }
    }

    @Test
    void noLogIsNoLog() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().logs(LogPolicy.none()).build();
                Container container = sandbox.start("echo", "x")) {
            container.waitFor();
            assertThat(container.logs().lines()).isEmpty();
            container.logs().follow(line -> {}).await();
        }
    }

    @Test
    void followingEndsWithTheContainerAndWhenItIsTold() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build()) {
            Container container = sandbox.start("sleep", "60");
            Logs.Following told = container.logs().follow(line -> {});
            told.close();
            told.await();
            Logs.Following until = container.logs().follow(line -> {});
            container.close();
            until.await();
        }
    }
}
