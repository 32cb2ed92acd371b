package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.SandboxConfigException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuListTest {

    @Test
    void readsRangesAndSingles() {
        assertThat(CpuList.parse("0-2,7\n").stream()).containsExactly(0, 1, 2, 7);
        assertThat(CpuList.parse("\n").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "1-", "-1", "3-1", "1,,2", "0x1", "8192", "99999", "1 2"})
    void refusesWhatIsNoList(String text) {
        assertThatThrownBy(() -> CpuList.parse(text))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining(text);
    }

    @Test
    void namesBothListsWhenProcessorsAreMissing() {
        assertThatCode(() -> CpuList.requireWithin("1", "0-1\n")).doesNotThrowAnyException();
        assertThatThrownBy(() -> CpuList.requireWithin("1-2", "0-1\n"))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("\"1-2\"")
                .hasMessageContaining("\"0-1\"");
    }
}
