package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.stream.Stream;

/** The numbers of signal(7) and of asm-generic/resource.h. */
class KernelNumbersTest {

    @ParameterizedTest
    @CsvSource({
        "HUP, 1",
        "INT, 2",
        "QUIT, 3",
        "ILL, 4",
        "TRAP, 5",
        "ABRT, 6",
        "BUS, 7",
        "FPE, 8",
        "KILL, 9",
        "USR1, 10",
        "SEGV, 11",
        "USR2, 12",
        "PIPE, 13",
        "ALRM, 14",
        "TERM, 15",
        "STKFLT, 16",
        "CHLD, 17",
        "CONT, 18",
        "STOP, 19",
        "TSTP, 20",
        "TTIN, 21",
        "TTOU, 22",
        "URG, 23",
        "XCPU, 24",
        "XFSZ, 25",
        "VTALRM, 26",
        "PROF, 27",
        "WINCH, 28",
        "IO, 29",
        "PWR, 30",
        "SYS, 31"
    })
    void signals(Signal signal, int number) {
        assertThat(signal.number()).isEqualTo(number);
        assertThat(Signal.of(number)).contains(signal);
    }

    @Test
    void noOtherSignals() {
        assertThat(Signal.values()).hasSize(31);
        assertThat(
                        Stream.of(-1, 0, 32, 64, Integer.MAX_VALUE)
                                .flatMap(number -> Signal.of(number).stream()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CPU, 0",
        "FSIZE, 1",
        "DATA, 2",
        "STACK, 3",
        "CORE, 4",
        "RSS, 5",
        "NPROC, 6",
        "NOFILE, 7",
        "MEMLOCK, 8",
        "AS, 9",
        "LOCKS, 10",
        "SIGPENDING, 11",
        "MSGQUEUE, 12",
        "NICE, 13",
        "RTPRIO, 14",
        "RTTIME, 15"
    })
    void resources(Rlimit resource, int number) {
        assertThat(resource.number()).isEqualTo(number);
    }

    @Test
    void noOtherResources() {
        assertThat(Rlimit.values()).hasSize(16);
    }
}
