package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.missing;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;

import java.util.ArrayList;
import java.util.List;

/** The kinds of namespaces, and the ids a user may map in one. */
final class NamespaceChecks {
    private static final List<String> KINDS =
            List.of("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts");

    private NamespaceChecks() {}

    static List<Finding> of(Source source, HostFacts facts) {
        return List.of(
                kinds(source),
                UserNamespaces.obstacle(
                                source,
                                facts.privileged(),
                                facts.euid(),
                                facts.effectiveCapabilities())
                        .orElseGet(() -> ok(UserNamespaces.CHECK, user(facts))),
                subordinateIds(facts));
    }

    private static String user(HostFacts facts) {
        return facts.privileged()
                ? "allowed (uid " + facts.euid() + " with CAP_SYS_ADMIN)"
                : "allowed to ordinary users";
    }

    private static Finding kinds(Source source) {
        List<String> absent = new ArrayList<>();
        for (String kind : KINDS) {
            if (!source.exists("/proc/self/ns/" + kind)) {
                absent.add(kind);
            }
        }
        if (absent.isEmpty()) {
            return ok("namespaces", String.join(", ", KINDS));
        }
        String found = "this kernel has no " + String.join(", ", absent) + " namespaces";
        return absent.equals(List.of("time"))
                ? degraded("namespaces", found, "boot Linux 5.6 or newer with CONFIG_TIME_NS")
                : missing("namespaces", found, "boot a kernel that has them");
    }

    private static Finding subordinateIds(HostFacts facts) {
        SubordinateIds ids = facts.subordinate();
        if (facts.privileged()) {
            return ok("subordinate ids", "not needed: this user may map any");
        }
        if (ids.usable()) {
            return ok(
                    "subordinate ids",
                    ids.uids().orElseThrow().count()
                            + " uids, "
                            + ids.gids().orElseThrow().count()
                            + " gids");
        }
        boolean ranges = ids.uids().isPresent() && ids.gids().isPresent();
        return degraded(
                "subordinate ids",
                (ranges
                                ? "newuidmap or newgidmap is not installed"
                                : "no range in /etc/subuid and /etc/subgid")
                        + ": a sandbox has one user id only",
                ranges
                        ? "install the package uidmap (shadow-utils on Fedora)"
                        : "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <user>, and install uidmap");
    }
}
