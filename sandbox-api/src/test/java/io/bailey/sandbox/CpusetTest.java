package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpusetTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0; 0",
                "0-3; 0-3",
                "0,1,2,3; 0-3",
                "3,1,2,0; 0-3",
                "0-3,8; 0-3,8",
                "8,0-3; 0-3,8",
                "0-4,2-6; 0-6",
                "5,5,5; 5",
                "7-7; 7",
                "0-1,3-4; 0-1,3-4",
                "8191; 8191",
                "0-8191; 0-8191",
            })
    void normalizes(String list, String normal) {
        assertThat(Cpuset.normalize(list)).isEqualTo(normal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'' ; \"\" is neither a CPU nor a range of CPUs",
                "a; \"a\" is neither a CPU nor a range of CPUs",
                "0,; \"\" is neither a CPU nor a range of CPUs",
                "0,,1; \"\" is neither a CPU nor a range of CPUs",
                "-1; \"-1\" is neither a CPU nor a range of CPUs",
                "1-; \"1-\" is neither a CPU nor a range of CPUs",
                "1-2-3; \"1-2-3\" is neither a CPU nor a range of CPUs",
                "'0, 1'; \" 1\" is neither a CPU nor a range of CPUs",
                "0-6:2/4; \"0-6:2/4\" is neither a CPU nor a range of CPUs",
                "99999999999; \"99999999999\" is neither a CPU nor a range of CPUs",
                "3-1; \"3-1\" is backward",
                "8192; \"8192\" is more than 8191",
                "0-8192; \"0-8192\" is more than 8191",
            })
    void refuses(String list, String reason) {
        rejected(
                () -> Cpuset.normalize(list),
                "cpuset: "
                        + Text.quote(list)
                        + " is not a list of CPUs such as \"0-3,8\": "
                        + reason);
    }

    @Test
    void refusesAListWithoutEnd() {
        rejectedNaming(
                () -> Cpuset.normalize("0,".repeat(40_000) + "0"), "80001 characters", "65536");
    }
}
