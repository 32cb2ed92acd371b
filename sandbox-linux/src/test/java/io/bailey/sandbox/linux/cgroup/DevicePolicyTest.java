package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.cgroup.DeviceRule.Kind;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Device policies of this machine's kernel, on a process of root with every capability. It opens
 * forbidden devices, should the policy fail, and neither reads nor writes them.
 */
class DevicePolicyTest {
    private static final AtomicInteger SERIAL = new AtomicInteger();

    /** The kernel's log, for reading: there on every machine, and not among the standard ones. */
    private static final DeviceRule KMSG = new DeviceRule(Kind.CHARACTER, 1, 11, DeviceRule.READ);

    private final Linux linux = Linux.host();
    private final Cgroups cgroups = Cgroups.discover(linux);
    private final String name =
            "bailey-device-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();

    private static CgroupRequest request(boolean required, DeviceRule... more) {
        return new CgroupRequest(
                Limits.none(),
                false,
                false,
                Enforcement.STRICT,
                Optional.of(new DevicePolicy(List.of(more), required)),
                Optional.empty());
    }

    /** Runs {@code script} in the group, in a tmpfs of its own where nodes can be opened. */
    private String inside(Cgroup cgroup, String script) throws Exception {
        String prepare = "read go; mount -t tmpfs -o dev none /mnt && cd /mnt && ";
        Process process =
                new ProcessBuilder("unshare", "-m", "sh", "-c", prepare + script)
                        .redirectErrorStream(true)
                        .start();
        try {
            byte[] pid = Long.toString(process.pid()).getBytes(StandardCharsets.US_ASCII);
            for (int fd : cgroup.attachFds()) {
                assertThat(linux.writeAll(fd, pid)).isZero();
            }
            if (cgroup.directoryFd().isPresent()) {
                int group = cgroup.directoryFd().getAsInt();
                assertThat(KernelFile.write(linux, group, "cgroup.procs", "" + process.pid()))
                        .isZero();
            }
            process.getOutputStream().write('\n');
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static final String TRY =
            "mknod mem c 1 1 && mknod kmsg c 1 11 && mknod disk b 7 99 && mknod zero c 1 5"
                    + " && echo made; ";

    private static String open(String how, String node) {
        return "(exec 3" + how + node + ") && echo '" + node + how + "'; ";
    }

    @Test
    void nodesAreMadeAndOnlyAllowedOnesOpen() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        String attempts =
                open("<", "mem") + open("<", "disk") + open("<", "zero") + open(">", "zero");
        try (Cgroup cgroup = cgroups.create(name, request(true, KMSG))) {
            assertThat(cgroup.degraded()).isEmpty();
            assertThat(inside(cgroup, TRY + attempts).lines().toList())
                    .hasSize(5)
                    .contains("made", "zero<", "zero>")
                    .anyMatch(line -> line.contains("mem: Operation not permitted"))
                    .anyMatch(line -> line.contains("disk: Operation not permitted"));
        }
    }

    @Test
    void aReadOnlyDeviceIsReadOnly() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        String attempts = open("<", "kmsg") + open(">", "kmsg") + open("<>", "kmsg");
        try (Cgroup cgroup = cgroups.create(name, request(true, KMSG))) {
            assertThat(inside(cgroup, TRY + attempts).lines().toList())
                    .hasSize(4)
                    .contains("made", "kmsg<")
                    .anyMatch(line -> line.contains("kmsg: Operation not permitted"));
        }
    }

    @Test
    void theGroupsGoAgain() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = cgroups.create(name, request(true, KMSG))) {
            assertThat(cgroup.attachFds().size() + cgroup.directoryFd().stream().count())
                    .isEqualTo(1);
            assertThat(groups()).hasSize(1);
        }
        assertThat(groups()).isEmpty();
    }

    /** Where the group is, among those of others that come and go meanwhile. */
    private List<Path> groups() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                Path.of("/sys/fs/cgroup"),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        if (directory.endsWith(name)) {
                            found.add(directory);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException gone) {
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException gone) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    @Test
    void v1DeniesAllButTheRules() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = cgroups.create(name, request(true, KMSG))) {
            assertThat(cgroup.directoryFd()).isEmpty();
            assertThat(Files.readAllLines(groups().getFirst().resolve("devices.list")))
                    .containsExactlyInAnyOrder(
                            "c *:* m",
                            "b *:* m",
                            "c 1:3 rwm",
                            "c 1:5 rwm",
                            "c 1:7 rwm",
                            "c 1:8 rwm",
                            "c 1:9 rwm",
                            "c 5:0 rwm",
                            "c 5:1 rwm",
                            "c 5:2 rwm",
                            "c 136:* rwm",
                            "c 1:11 r");
        }
    }

    @Test
    void withoutTheRightItIsRefusedOrLeftOut() {
        Powers.require(Power.NOT_ROOT);
        assertThat(cgroups.devicePolicy().usable()).isFalse();
        assertThatThrownBy(() -> cgroups.create(name, request(true, KMSG)))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("device policy")
                .hasMessageContaining("fix: ");
        try (Cgroup cgroup = cgroups.create(name, request(false, KMSG))) {
            assertThat(cgroup.degraded()).hasSize(1);
        }
    }

    @Test
    void aKernelThatRefusesIsNamed() {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        Sys call = cgroups.layout() == Layout.V2 ? Sys.BPF : Sys.WRITE;
        FaultyKernel kernel = FaultyKernel.failing(call::equals, Errno.EPERM);
        Cgroups refused = Cgroups.discover(Linux.over(kernel));
        kernel.failAfter(0);
        assertThatThrownBy(() -> refused.create(name, request(true)))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("EPERM");
        kernel.failAfter(0);
        try (Cgroup cgroup = refused.create(name, request(false))) {
            assertThat(cgroup.degraded()).hasSize(1);
        }
        assertThat(kernel.leaked()).isEmpty();
    }

    @Test
    void everyCallFailingOnceLeavesNothingBehind() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        FaultyKernel kernel =
                FaultyKernel.failing(sys -> sys != Sys.CLOSE && sys != Sys.UNLINKAT, Errno.EMFILE);
        Cgroups faulty = Cgroups.discover(Linux.over(kernel));
        int steps = 0;
        do {
            kernel.failAfter(steps++);
            try (Cgroup made = faulty.create(name, request(true, KMSG))) {
                assertThat(made.degraded()).isEmpty();
            } catch (SandboxException expected) {
                assertThat(expected).hasMessageContaining("EMFILE");
            }
            assertThat(groups()).isEmpty();
            assertThat(kernel.leaked()).isEmpty();
        } while (kernel.hasFailed());
        assertThat(steps).isGreaterThan(3);
    }
}
