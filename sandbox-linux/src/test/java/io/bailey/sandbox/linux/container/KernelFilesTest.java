package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.mount.KernelPaths;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** /proc, /sys and /dev: what works, and what is kept away. */
@ExtendWith(LeakAudit.class)
class KernelFilesTest {

    @Test
    void devicesWork() throws InterruptedException {
        assertThat(
                        both(
                                host(),
                                "wc -c < /dev/null; echo gone > /dev/null && echo taken;"
                                        + " head -c 4 /dev/zero | od -An -tx1; head -c 1 /dev/zero > /dev/full;"
                                        + " head -c 1000 /dev/urandom | od -An -tx1 -v | sort -u | wc -l;"
                                        + " head -c 1000 /dev/random | wc -c"))
                .startsWith("0\ntaken\n 00 00 00 00\n63\n1000")
                .contains("No space left on device");
    }

    @Test
    void devicesWorkForAnOrdinaryUserOfTheSandbox() throws InterruptedException {
        assertThat(
                        both(
                                host().user(1000, 1000),
                                "id -u; echo gone > /dev/null && head -c 2 /dev/zero | od -An -tx1; exec < /dev/tty"))
                .startsWith("1000\n 00 00\n")
                .contains("No such device or address");
    }

    /** A pipe belongs to its maker, and only its owner may open it again by /proc/self/fd. */
    @ParameterizedTest
    @ValueSource(strings = {"0:0", "1000:1000"})
    void standardStreamsCanBeReopened(String user) throws InterruptedException {
        assertThat(
                        both(
                                host().user(user),
                                "echo out > /dev/stdout; echo err > /dev/stderr; cat /dev/stdin; echo fd > /dev/fd/1"))
                .isEqualTo("out\nfd\nerr");
    }

    @Test
    void devHasNothingElse() throws InterruptedException {
        assertThat(sh(host(), "ls /dev").split("\n"))
                .containsExactlyInAnyOrder(
                        "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr",
                        "stdin", "stdout", "tty", "urandom", "zero");
    }

    @Test
    void aTerminalCanBeOpened() throws InterruptedException {
        assertThat(sh(host(), "script -qec tty /dev/null < /dev/null; ls /dev/pts"))
                .startsWith("/dev/pts/0")
                .endsWith("ptmx");
    }

    @Test
    void messageQueuesAreTheSandboxsOwn() throws InterruptedException {
        assertThat(sh(host(), "ls -A /dev/mqueue; : > /dev/mqueue/q; ls /dev/mqueue"))
                .isEqualTo("q");
    }

    @Test
    void sharedMemoryIsBounded() throws InterruptedException {
        assertThat(both(host(), "head -c 80M /dev/zero > /dev/shm/x || wc -c < /dev/shm/x"))
                .contains("No space left on device")
                .contains(Long.toString(KernelPaths.SHM_BYTES));
    }

    static List<KernelPaths.Masked> maskedHere() {
        return KernelPaths.PROC_MASKED.stream()
                .filter(masked -> Files.exists(Path.of(masked.path())))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("maskedHere")
    void maskedPathsAreEmpty(KernelPaths.Masked masked) throws InterruptedException {
        String look = masked.directory() ? "ls -A " : "cat ";

        assertThat(sh(host(), look + masked.path() + " 2>&1")).isEmpty();
        assertThat(both(host(), ": > " + masked.path() + (masked.directory() ? "/x" : "")))
                .containsAnyOf("Read-only file system", "Permission denied");
    }

    @Test
    void firmwareIsMasked() throws InterruptedException {
        assertThat(sh(host(), "ls -A /sys/firmware 2>/dev/null || true")).isEmpty();
    }

    /**
     * Only opened, never written to: a protection that fails must not reboot the machine that runs
     * the tests.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/kernel/hostname",
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/vm/drop_caches",
                "/proc/sysrq-trigger",
                "/proc/irq/default_smp_affinity",
                "/sys/kernel/uevent_helper",
                "/sys/kernel/mm/transparent_hugepage/enabled"
            })
    void kernelSettingsAreReadOnly(String file) throws InterruptedException {
        assertThat(
                        both(
                                host(),
                                "test ! -e "
                                        + file
                                        + " && echo Read-only file system; : > "
                                        + file))
                .containsAnyOf("Read-only file system", "Permission denied");
    }

    /**
     * A file anyone may write if its mount lets him: permissions alone would let the sandbox's root
     * in.
     */
    @Test
    void settingsOfTheSandboxsOwnNamespacesAreReadOnlyToo() throws InterruptedException {
        assertThat(both(host(), ": > /proc/sys/net/ipv4/ip_forward"))
                .contains("Read-only file system");
        assertThat(both(host(), ": > /proc/sys/kernel/domainname"))
                .contains("Read-only file system");
    }

    @Test
    void procShowsOnlyTheSandboxsProcesses() throws InterruptedException {
        assertThat(sh(host(), "cd /proc; echo [0-9]*; cat 1/comm"))
                .matches("1 \\d( \\d)?\n.*bailey-in.*");
    }
}
