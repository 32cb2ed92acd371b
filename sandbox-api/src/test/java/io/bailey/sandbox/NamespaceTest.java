package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

class NamespaceTest {

    @Test
    void allIsAll() {
        assertThat(Namespace.all()).containsExactly(Namespace.values());
        assertThat(Namespace.allBut()).isEqualTo(Namespace.all());
    }

    @Test
    void allButLeavesOut() {
        assertThat(Namespace.allBut(Namespace.TIME, Namespace.USER))
                .containsExactly(
                        Namespace.PID,
                        Namespace.MOUNT,
                        Namespace.NETWORK,
                        Namespace.UTS,
                        Namespace.IPC,
                        Namespace.CGROUP);
        assertThat(Namespace.allBut(Namespace.values())).isEmpty();
    }

    @Test
    void setsAreImmutable() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> Namespace.all().remove(Namespace.USER));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> Namespace.allBut(Namespace.USER).add(Namespace.USER));
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> Namespace.allBut((Namespace) null));
    }
}
