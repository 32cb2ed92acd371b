package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Ways that this kernel need not go, and older ones must. */
class OlderKernelTest {
    @TempDir Path temp;

    private static HostFacts withoutOverlayByFd(HostFacts facts) {
        return new HostFacts(
                facts.euid(),
                facts.egid(),
                facts.privileged(),
                facts.effectiveCapabilities(),
                facts.lastCapability(),
                facts.kernel(),
                facts.userNamespaces(),
                false,
                facts.timeNamespaces(),
                facts.landlockAbi(),
                facts.cgroupV2(),
                facts.subordinate());
    }

    /** Before Linux 6.13. */
    @Test
    void anOverlayTakesItsLayersByName() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        Linux linux = Linux.host();
        Engine engine = new Engine(linux, withoutOverlayByFd(HostFacts.probe(linux)));
        TestRoot root = TestRoot.complete(temp);
        root.file("data/kept", "lower");
        try (Sandbox sandbox = engine.create(root.sandbox().build().spec())) {
            Command command =
                    Command.of(
                            "sh",
                            "-c",
                            "echo upper >/data/kept; cat /data/kept; rm -r /etc; ls /; pwd");
            assertThat(sandbox.explain(command))
                    .contains("\"lowerdir\"")
                    .doesNotContain("lowerdir+");
            assertThat(sandbox.run(command).stdout())
                    .startsWith("upper\n")
                    .endsWith("/\n")
                    .doesNotContain("etc");
        }
        assertThat(root.path().resolve("data/kept")).hasContent("lower");
    }
}
