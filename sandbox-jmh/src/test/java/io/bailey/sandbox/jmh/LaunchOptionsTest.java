package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.profile.ProfilerException;

import java.nio.file.Path;
import java.util.Map;

class LaunchOptionsTest {

    @Test
    void readsEverySetting() {
        LaunchOptions options =
                LaunchOptions.parse(
                        " cpuset = 0-1 ;cpus=1.5;memory=512M;pids=256;read=/opt;write=/var/log;write=/srv;walls=true;");

        assertThat(options.limits())
                .isEqualTo(Map.of("cpuset", "0-1", "cpus", "1.5", "memory", "512M", "pids", "256"));
        assertThat(options.readOnly()).containsExactly(Path.of("/opt"));
        assertThat(options.writable()).containsExactly(Path.of("/var/log"), Path.of("/srv"));
        assertThat(options.walls()).isTrue();
        assertThat(options.memory()).contains("512M");
    }

    @Test
    void setsTheLimitsOfTheSandbox() {
        Sandbox.Builder builder = Sandbox.builder();

        LaunchOptions.parse("memory=512M;pids=256").applyTo(builder);

        // A limit can be set once only.
        assertThatThrownBy(() -> builder.memory("1G")).isInstanceOf(SandboxConfigException.class);
        assertThatThrownBy(() -> builder.pids(1)).isInstanceOf(SandboxConfigException.class);
    }

    @Test
    void leavesAllOutThatIsNotThere() {
        LaunchOptions options = LaunchOptions.parse("");

        assertThat(options.limits()).isEmpty();
        assertThat(options.walls()).isFalse();
        assertThat(options.memory()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "speed=11, the option \"speed\" is not known",
        "pids, the option \"pids\" has no value",
        "memory=, the option \"memory\" has no value",
        "pids=many, 'the option \"pids\" is \"many\", not a number'",
        "cpus=half, 'the option \"cpus\" is \"half\", not a number'",
        "walls=on, 'the option \"walls\" is \"on\", neither true nor false'",
        "pids=1;pids=2, the option \"pids\" is there twice",
        "memory=lots, memory: \"lots\" is not a size",
        "cpuset=1-, cpuset: \"1-\" is not a list of CPUs",
    })
    void saysWhatIsWrong(String text, String message) {
        assertThatThrownBy(() -> LaunchOptions.parse(text))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void saysWhatCouldBeThere() {
        assertThatThrownBy(() -> LaunchOptions.parse("speed=11"))
                .hasMessageContaining("memory=SIZE")
                .hasMessageContaining("write=PATH");
    }

    @Test
    void reachesTheUserOfJmh() {
        assertThatThrownBy(() -> new SandboxProfiler("speed=11"))
                .isInstanceOf(ProfilerException.class)
                .hasMessageStartingWith("the option \"speed\" is not known");
    }
}
