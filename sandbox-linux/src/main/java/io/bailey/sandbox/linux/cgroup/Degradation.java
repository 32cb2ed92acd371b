package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Finding;
import io.bailey.sandbox.SandboxUnavailableException;

import java.util.ArrayList;
import java.util.List;

/**
 * The one place that decides what a missing limit means: an error, or under BEST_EFFORT a line in
 * the report.
 */
final class Degradation {
    private final Enforcement enforcement;
    private final List<String> leftOut = new ArrayList<>();

    Degradation(Enforcement enforcement) {
        this.enforcement = enforcement;
    }

    /** Whether what is missing is an error. */
    Enforcement enforcement() {
        return enforcement;
    }

    void lacking(Problem problem) {
        lacking(List.of(problem));
    }

    /** Notes all of {@code problems}, or throws one exception that names them all. */
    void lacking(List<Problem> problems) {
        if (problems.isEmpty()) {
            return;
        }
        if (enforcement == Enforcement.STRICT) {
            throw unavailable(problems);
        }
        for (Problem problem : problems) {
            leftOut.add(problem.toString());
        }
    }

    /**
     * {@code policy} cannot be given. It is no limit: what was to be done without it is the
     * request's to say.
     */
    void without(DevicePolicy policy, Problem problem) {
        if (policy.required()) {
            throw unavailable(List.of(problem));
        }
        leftOut.add(problem.toString());
    }

    /** For what is no limit but isolation, and so never relaxed. */
    static SandboxUnavailableException unavailable(List<Problem> problems) {
        List<Finding> findings = new ArrayList<>();
        for (Problem problem : problems) {
            findings.add(problem.finding());
        }
        return new SandboxUnavailableException(findings);
    }

    List<String> leftOut() {
        return List.copyOf(leftOut);
    }
}
