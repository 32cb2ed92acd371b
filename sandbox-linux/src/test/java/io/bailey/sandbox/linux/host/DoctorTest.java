package io.bailey.sandbox.linux.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Finding.Status;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.cgroup.ControllerReport;
import io.bailey.sandbox.linux.cgroup.Layout;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.util.List;

/** Hosts that are not here, and the one that is. */
class DoctorTest {

    private static HostReport examine(Source source) {
        return new HostReport(Doctor.examine(source, HostFacts.probe(source, 1000, 1000, true)));
    }

    private static Finding find(HostReport report, String check) {
        return report.find(check).orElseThrow();
    }

    @Test
    void aHealthyHostNeedsNothing() {
        HostReport report = examine(FixtureSource.healthy());
        assertThat(report.findings())
                .allSatisfy(finding -> {
                    assertThat(finding.status()).as(finding.check()).isEqualTo(Status.OK);
                    assertThat(finding.fix()).isEmpty();
                });
    }

    @Test
    void everyProblemHasAFix() {
        assertThat(examine(new FixtureSource()).findings())
                .filteredOn(finding -> finding.status() != Status.OK)
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.fix()).as(finding.check()).isNotBlank());
    }

    @Test
    void ubuntuRestrictsUserNamespaces() {
        FixtureSource ubuntu =
                FixtureSource.healthy()
                        .file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
                        .file("/proc/self/attr/current", "unconfined\n");
        Finding finding = find(examine(ubuntu), UserNamespaces.CHECK);
        assertThat(finding.status()).isEqualTo(Status.MISSING);
        assertThat(finding.fix()).contains("userns,").contains("apparmor_parser -r");
        ubuntu.file("/proc/self/attr/current", "bailey-java (unconfined)\n");
        assertThat(find(examine(ubuntu), UserNamespaces.CHECK).status()).isEqualTo(Status.OK);
    }

    @Test
    void ubuntuDoesNotRestrictRoot() {
        FixtureSource ubuntu =
                FixtureSource.healthy()
                        .file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
                        .file("/proc/self/attr/current", "unconfined\n")
                        .file("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
        assertThat(find(examine(ubuntu), UserNamespaces.CHECK).status()).isEqualTo(Status.OK);
        assertThat(HostFacts.probe(ubuntu, 0, 0, true).privileged()).isTrue();
    }

    @Test
    void dockerFiltersCallsAndMasksProc() {
        FixtureSource docker =
                FixtureSource.healthy()
                        .file("/.dockerenv", "")
                        .file(
                                "/proc/self/mountinfo",
                                """
                                700 699 0:60 / /proc rw - proc proc rw
                                701 700 0:60 /sys /proc/sys ro - proc proc rw
                                702 700 0:61 / /proc/acpi ro - tmpfs tmpfs ro
                                703 701 0:62 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
                                """)
                        .answering(Sys.UNSHARE, Errno.EPERM)
                        .answering(Sys.CLONE3, Errno.ENOSYS);
        HostReport report = examine(docker);
        assertThat(report.usable()).isFalse();
        assertThat(find(report, UserNamespaces.CHECK).found())
                .contains("seccomp")
                .contains("EPERM");
        assertThat(find(report, "system calls").found()).isEqualTo("clone3: ENOSYS");
        assertThat(find(report, "/proc").found()).startsWith("2 mounts");
        assertThat(find(report, "/proc").fix()).contains("systempaths=unconfined");
        assertThat(find(report, "container").found()).contains("Docker");
    }

    @Test
    void kubernetesIsRecognizedByItsGroup() {
        FixtureSource pod =
                FixtureSource.healthy()
                        .file(
                                "/proc/self/cgroup",
                                "0::/kubepods.slice/kubepods-burstable.slice/x\n")
                        .file("/.dockerenv", "");
        assertThat(find(examine(pod), "container").found()).contains("Kubernetes");
    }

    @Test
    void wsl2IsNoContainer() {
        FixtureSource wsl =
                FixtureSource.healthy()
                        .file("/proc/sys/kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n");
        assertThat(find(examine(wsl), "container").found()).isEqualTo("none, on WSL");
        assertThat(find(examine(wsl), "overlay").found()).contains("by path");
    }

    @Test
    void redHatMayHaveNoneAndDebianMayForbidThem() {
        FixtureSource none =
                FixtureSource.healthy().file("/proc/sys/user/max_user_namespaces", "0\n");
        assertThat(find(examine(none), UserNamespaces.CHECK).fix())
                .contains("user.max_user_namespaces");
        FixtureSource debian =
                FixtureSource.healthy().file("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
        assertThat(find(examine(debian), UserNamespaces.CHECK).fix())
                .contains("unprivileged_userns_clone=1");
    }

    @Test
    void anOldKernelIsToldWhatItNeeds() {
        FixtureSource old =
                FixtureSource.healthy()
                        .file("/proc/sys/kernel/osrelease", "4.18.0-553.el8.x86_64\n")
                        .without("/proc/self/ns/time")
                        .answering(Sys.LANDLOCK_CREATE_RULESET, Errno.ENOSYS);
        HostReport report = examine(old);
        assertThat(find(report, "kernel").status()).isEqualTo(Status.MISSING);
        assertThat(find(report, "namespaces").status()).isEqualTo(Status.DEGRADED);
        assertThat(find(report, "landlock").status()).isEqualTo(Status.MISSING);
    }

    @Test
    void landlockSaysWhatItDoesNotHold() {
        Finding scopes = find(examine(FixtureSource.healthy().landlockAbi(5)), "landlock");
        assertThat(scopes.found()).contains("ABI 5", "signals", "Unix sockets");
        assertThat(scopes.fix()).contains("6.12", "7.1");
        Finding sockets = find(examine(FixtureSource.healthy().landlockAbi(8)), "landlock");
        assertThat(sockets.status()).isEqualTo(Status.DEGRADED);
        assertThat(sockets.found()).contains("ABI 8", "Unix sockets").doesNotContain("signals");
        assertThat(sockets.fix()).contains("7.1");
    }

    @Test
    void whatMakesSandboxesSlowOrPoor() {
        FixtureSource host =
                FixtureSource.healthy()
                        .file("/sys/kernel/rcu_normal", "1\n")
                        .file(
                                "/proc/self/mountinfo",
                                "22 1 0:21 / /proc rw - proc proc rw,hidepid=invisible\n")
                        .without("/etc/subuid")
                        .openFiles(256)
                        .withoutNativeAccess();
        HostReport report = examine(host);
        for (String check :
                List.of("RCU", "hidepid", "subordinate ids", "open files", "native access")) {
            assertThat(find(report, check).status()).as(check).isEqualTo(Status.DEGRADED);
        }
        assertThat(report.usable()).isTrue();
    }

    @Test
    void eachControllerIsAFinding() {
        List<Finding> findings =
                CgroupChecks.of(
                        FixtureSource.healthy(),
                        Layout.HYBRID,
                        List.of(
                                new ControllerReport(
                                        "memory", true, "/sys/fs/cgroup/memory", "", ""),
                                new ControllerReport(
                                        "pids", false, "", "nobody mounted it", "mount it")));
        assertThat(findings)
                .extracting(Finding::check)
                .containsExactly("cgroups", "cgroup memory", "cgroup pids");
        assertThat(findings)
                .extracting(Finding::status)
                .containsExactly(Status.DEGRADED, Status.OK, Status.DEGRADED);
    }

    @Test
    void aDevicePolicyIsAFinding() {
        Finding there =
                CgroupChecks.devicePolicy(
                        new ControllerReport("devices", true, "a BPF program", "", ""));
        assertThat(there.status()).isEqualTo(Status.OK);
        assertThat(there.found()).isEqualTo("by a BPF program");
        Finding lacking =
                CgroupChecks.devicePolicy(
                        new ControllerReport("devices", false, "", "EPERM", "be root"));
        assertThat(lacking.status()).isEqualTo(Status.DEGRADED);
        assertThat(lacking.found()).contains("EPERM", "IdMap.HOST");
    }

    @Test
    void thisHostIsExamined() {
        Linux linux = Linux.host();
        HostReport report = Doctor.examine(linux, HostFacts.probe(linux), Cgroups.discover(linux));
        assertThat(report.findings()).extracting(Finding::check).doesNotHaveDuplicates();
        assertThat(find(report, "kernel").found()).contains(".");
        assertThat(find(report, "device policy").found()).isNotEmpty();
    }
}
