package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bailey.sandbox.Finding.Status;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class HostReportTest {

    private static final Finding KERNEL = new Finding("kernel", Status.OK, "6.18", "");
    private static final Finding CGROUP =
            new Finding(
                    "memory cgroup",
                    Status.DEGRADED,
                    "bound to v1",
                    "boot with\n cgroup_no_v1=all");
    private static final Finding USERNS =
            new Finding(
                    "user namespaces",
                    Status.MISSING,
                    "max_user_namespaces is 0",
                    "set it to 15000");

    @Test
    void isUsableUnlessSomethingIsMissing() {
        assertThat(new HostReport(List.of()).usable()).isTrue();
        assertThat(new HostReport(List.of(KERNEL, CGROUP)).usable()).isTrue();
        assertThat(new HostReport(List.of(KERNEL, USERNS)).usable()).isFalse();
    }

    @Test
    void findsByName() {
        HostReport report = new HostReport(List.of(KERNEL, CGROUP));
        assertThat(report.find("memory cgroup")).contains(CGROUP);
        assertThat(report.find("memory")).isEmpty();
    }

    @Test
    void printsATable() {
        assertThat(new HostReport(List.of(KERNEL, CGROUP, USERNS)))
                .hasToString(
                        """
                        Sandboxes cannot run on this host yet.
                        OK        kernel           6.18
                        DEGRADED  memory cgroup    bound to v1
                                                   fix: boot with cgroup_no_v1=all
                        MISSING   user namespaces  max_user_namespaces is 0
                                                   fix: set it to 15000\
                        """);
    }

    @Test
    void printsAnEmptyTable() {
        assertThat(new HostReport(List.of())).hasToString("Sandboxes can run on this host.");
    }

    @Test
    void copiesTheList() {
        List<Finding> findings = new ArrayList<>(List.of(KERNEL));
        HostReport report = new HostReport(findings);
        findings.add(USERNS);
        assertThat(report.findings()).containsExactly(KERNEL);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> report.findings().add(USERNS));
    }

    @Test
    void aFindingHasAName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Finding(" ", Status.OK, "", ""))
                .withMessage("a finding needs the name of its check");
    }

    @Test
    void unavailableListsTheFindings() {
        SandboxUnavailableException failure =
                new SandboxUnavailableException(List.of(USERNS, KERNEL));
        assertThat(failure.findings()).containsExactly(USERNS, KERNEL);
        assertThat(failure)
                .hasMessage(
                        """
                        no sandbox can be had here:
                          user namespaces: max_user_namespaces is 0; fix: set it to 15000
                          kernel: 6.18\
                        """);
    }

    @Test
    void unavailableNeedsAFinding() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SandboxUnavailableException(List.of()))
                .withMessage("a SandboxUnavailableException needs at least one finding");
    }
}
