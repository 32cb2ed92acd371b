package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

class LogsTest {
    private static final Logs THREE = new Fixed();

    /** A log of three lines. */
    private static final class Fixed implements Logs {
        @Override
        public List<LogLine> lines() {
            return IntStream.rangeClosed(1, 3)
                    .mapToObj(i ->
                            new LogLine(
                                    Instant.ofEpochSecond(i), OutputStreamKind.STDOUT, "line " + i))
                    .toList();
        }

        @Override
        public Following follow(Consumer<LogLine> consumer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean truncated() {
            return false;
        }
    }

    @Test
    void theLastLinesAreAtMostAllOfThem() {
        assertThat(THREE.tail(0)).isEmpty();
        assertThat(THREE.tail(2)).extracting(LogLine::text).containsExactly("line 2", "line 3");
        assertThat(THREE.tail(Integer.MAX_VALUE)).hasSize(3);
    }

    @Test
    void lessThanNoLinesAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> THREE.tail(-1))
                .withMessageContaining("-1");
    }

    @Test
    void aCopyMayBeOfNoBytesButNotOfNoEntries() {
        assertThat(new CopyLimits(MemorySize.of(0), 1).bytes()).isEqualTo(MemorySize.of(0));
        assertThatThrownBy(() -> new CopyLimits(MemorySize.of(1), 0))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("entries one or more");
    }
}
