package io.bailey.samples;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SeccompAction;
import io.bailey.sandbox.SeccompProfile;

import java.util.Set;
import java.util.TreeSet;

/**
 * The narrowest filter for a program: watch it once, then let it do nothing else. What it does not
 * do in the first run kills it in the second, and the result names the call.
 */
public final class RecordProfile {
    private RecordProfile() {}

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        SeccompProfile.Rules seen =
                SeccompProfile.record(Command.of("sh", "-c", "ls /usr | wc -l"));
        Set<String> calls = new TreeSet<>(seen.rules().getFirst().calls());
        System.out.println("it makes " + calls.size() + " system calls: " + calls);

        SeccompProfile nothingElse =
                SeccompProfile.builder()
                        .allow(calls.toArray(String[]::new))
                        .otherwise(SeccompAction.kill())
                        .build();
        try (Sandbox sandbox = Sandbox.builder().seccomp(nothingElse).build()) {
            print(sandbox.run("sh", "-c", "ls /usr | wc -l"));
            print(sandbox.run("sh", "-c", "mkdir /tmp/something-else"));
        }
    }

    private static void print(Result result) {
        System.out.println(result.termination().describe() + "  " + result.stdout().strip());
    }
}
