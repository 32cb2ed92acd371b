package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Finding.Status;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks at everything a sandbox may need and says what is missing and what to do about it. Changes
 * nothing.
 */
public final class Doctor {
    private Doctor() {}

    /** One finding per check, in the order a sandbox meets them. */
    public static HostReport examine(Linux linux, HostFacts facts, Cgroups cgroups) {
        List<Finding> findings = examine(new LiveSource(linux), facts);
        findings.addAll(CgroupChecks.of(new LiveSource(linux), cgroups.layout(), cgroups.report()));
        findings.add(CgroupChecks.devicePolicy(cgroups.devicePolicy()));
        return new HostReport(findings);
    }

    /** All but the control groups. */
    static List<Finding> examine(Source source, HostFacts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(KernelChecks.of(source, facts));
        findings.addAll(NamespaceChecks.of(source, facts));
        findings.addAll(ContainerChecks.of(source));
        findings.addAll(FilterChecks.of(source));
        findings.addAll(SpeedChecks.of(source));
        return findings;
    }

    static Finding ok(String check, String found) {
        return new Finding(check, Status.OK, found, "");
    }

    static Finding degraded(String check, String found, String fix) {
        return new Finding(check, Status.DEGRADED, found, fix);
    }

    static Finding missing(String check, String found, String fix) {
        return new Finding(check, Status.MISSING, found, fix);
    }
}
