package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class PoolOptionsTest {

    @Test
    void byDefaultEachThatIsTakenIsReplaced() {
        PoolOptions options = PoolOptions.ofSize(5);
        assertThat(options.size()).isEqualTo(5);
        assertThat(options.minimumIdle()).isEqualTo(5);
        assertThat(options.whenEmpty()).isEqualTo(PoolOptions.WhenEmpty.START_COLD);
        assertThat(options.containers()).isFalse();
        assertThat(options.preparers()).isBetween(1, 4);
    }

    @Test
    void keepsWhatIsSet() {
        PoolOptions options =
                PoolOptions.builder(8)
                        .minimumIdle(2)
                        .idleExpiry(Duration.ofSeconds(3))
                        .waitWhenEmpty(Duration.ofSeconds(4))
                        .containers(true)
                        .preparers(3)
                        .build();
        assertThat(options)
                .isEqualTo(
                        new PoolOptions(
                                8,
                                2,
                                Duration.ofSeconds(3),
                                PoolOptions.WhenEmpty.WAIT,
                                Duration.ofSeconds(4),
                                true,
                                3));
    }

    @Test
    void failsAtTheWrongCallNamingTheValue() {
        PoolOptions.Builder builder = PoolOptions.builder(4);
        refused(() -> PoolOptions.ofSize(0), "size 0");
        refused(() -> PoolOptions.ofSize(PoolOptions.MOST + 1), "size 10001");
        refused(() -> builder.minimumIdle(5), "minimumIdle 5 is not 1 to 4");
        refused(() -> builder.preparers(0), "preparers 0");
        refused(() -> builder.idleExpiry(Duration.ZERO), "idleExpiry");
        refused(() -> builder.waitWhenEmpty(Duration.ofSeconds(-1)), "patience");
    }

    private static void refused(Runnable setting, String message) {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(setting::run)
                .withMessageContaining(message);
    }
}
