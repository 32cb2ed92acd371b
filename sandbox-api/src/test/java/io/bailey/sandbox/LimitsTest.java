package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

class LimitsTest {

    @Test
    void noneIsEmpty() {
        assertThat(Limits.none().isEmpty()).isTrue();
        assertThat(withPids(1).isEmpty()).isFalse();
    }

    @Test
    void checksWhatTheBuilderChecks() {
        rejected(() -> withPids(0), "pids: 0 is out of range; accepted are 1 to 4194304");
        rejected(() -> withMemory(4_095, 4_095), "memory: 4095 is less than one page, 4K");
    }

    @Test
    void refusesHighAboveMax() {
        rejected(
                () -> withMemory(1 << 20, 2 << 20),
                "memoryHigh: 2M is above memory 1M and would never act");
        assertThat(withMemory(1 << 20, 1 << 20).isEmpty()).isFalse();
    }

    @Test
    void normalizesTheCpuset() {
        Limits limits =
                new Limits(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.of("1,0"),
                        OptionalInt.empty(),
                        List.of(),
                        Map.of());
        assertThat(limits.cpuset()).contains("0-1");
    }

    private static Limits withPids(int pids) {
        return new Limits(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(pids),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                Map.of());
    }

    private static Limits withMemory(long max, long high) {
        return new Limits(
                Optional.of(MemorySize.of(max)),
                Optional.of(MemorySize.of(high)),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                Map.of());
    }

    @Test
    void printsWhatIsSet() {
        assertThat(Limits.none()).hasToString("none");
        assertThat(
                        new Limits(
                                Optional.of(MemorySize.parse("256M")),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(MemorySize.of(0)),
                                OptionalInt.of(64),
                                OptionalDouble.of(1.5),
                                Optional.empty(),
                                OptionalInt.empty(),
                                Optional.of("0-1"),
                                OptionalInt.empty(),
                                List.of(),
                                Map.of()))
                .hasToString("memory=256M memorySwap=0 pids=64 cpus=1.5 cpuset=0-1");
    }

    @Test
    void sizesAreReadAsEverywhere() {
        Limits limits =
                Limits.builder()
                        .memoryHigh("64M")
                        .memoryLow("16M")
                        .memorySwap("0")
                        .hugetlb("2MB", "4M")
                        .build();
        assertThat(limits)
                .isEqualTo(
                        Limits.builder()
                                .memoryHigh(MemorySize.parse("64M"))
                                .memoryLow(MemorySize.parse("16M"))
                                .memorySwap(MemorySize.of(0))
                                .hugetlb("2MB", MemorySize.parse("4M"))
                                .build());
    }
}
