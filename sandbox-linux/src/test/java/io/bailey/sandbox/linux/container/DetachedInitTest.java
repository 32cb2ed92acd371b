package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.container.state.Owner;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Path;
import java.util.OptionalLong;

/** A number is a process's for a time, and in one place. */
@Timeout(60)
@ExtendWith(LeakAudit.class)
class DetachedInitTest {
    private static final Linux LINUX = Linux.host();

    private static StoredContainer with(StoredContainer was, Owner owner, OptionalLong started) {
        return new StoredContainer(
                was.info(), owner, started, was.cgroups(), was.volumes(), was.more());
    }

    @Test
    void isFoundByItsNumberOnlyWhereThatIsItsOwn() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = Sandbox.builder().rootfs(Rootfs.host()).build()) {
            Container container = sandbox.startDetached("sleep", "600");
            try {
                Path directory = Engine.shared().ledger().state().directory(container.id()).path();
                StoredContainer stored =
                        Engine.shared().ledger().state().read(container.id()).orElseThrow();
                assertThat(stored.pidStarted()).isEqualTo(Owner.started(LINUX, container.pid()));
                try (Fd init = found(directory, stored)) {
                    assertThat(init.isOpen()).isTrue();
                }
                Owner here = stored.owner();
                for (Owner elsewhere :
                        new Owner[] {
                            new Owner(here.pid(), here.started(), 1, here.boot()),
                            new Owner(here.pid(), here.started(), here.pidNamespace(), "other")
                        }) {
                    StoredContainer foreign = with(stored, elsewhere, stored.pidStarted());
                    assertThatThrownBy(() -> found(directory, foreign))
                            .isInstanceOf(SandboxException.class)
                            .hasMessageContaining(container.id())
                            .hasMessageContaining("another PID namespace or on another machine");
                    assertThat(DetachedLife.now(LINUX, directory, DetachedNote.of(foreign)).pid())
                            .isEmpty();
                }
                StoredContainer later =
                        with(stored, here, OptionalLong.of(stored.pidStarted().getAsLong() - 1));
                assertThatThrownBy(() -> found(directory, later))
                        .isInstanceOf(SandboxException.class)
                        .hasMessageContaining("cannot be found");
            } finally {
                container.kill();
                container.waitFor();
                container.close();
                Containers.remove(container.id());
            }
        }
    }

    private static Fd found(Path directory, StoredContainer stored) {
        return new DetachedInit(LINUX, directory, DetachedNote.of(stored)).find().orElseThrow();
    }
}
