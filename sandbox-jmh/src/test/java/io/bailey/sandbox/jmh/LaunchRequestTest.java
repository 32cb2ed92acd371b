package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

class LaunchRequestTest {

    @Test
    void readsACommandLine() {
        LaunchRequest request =
                LaunchRequest.parse(
                        List.of(
                                "--options",
                                "pids=9",
                                "--figures",
                                "/f",
                                "--parent",
                                "17",
                                "--",
                                "java",
                                "--",
                                "-jar"));

        assertThat(request.options().limits()).containsEntry("pids", "9");
        assertThat(request.figures()).contains(Path.of("/f"));
        assertThat(request.parent()).hasValue(17);
        assertThat(request.command()).containsExactly("java", "--", "-jar");
    }

    @Test
    void refusesWhatIsNone() {
        assertThatThrownBy(() -> LaunchRequest.parse(List.of("--")))
                .hasMessage("there is no command");
        assertThatThrownBy(() -> LaunchRequest.parse(List.of("--figures")))
                .hasMessage("--figures needs a value");
        assertThatThrownBy(() -> LaunchRequest.parse(List.of("--what", "x", "--", "true")))
                .hasMessage("--what is not known");
    }
}
