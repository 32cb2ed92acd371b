package io.bailey.sandbox.linux.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The command's environment: nothing of the JVM's, only PATH, HOME and what the caller put in. */
record Environment(Map<String, String> variables) {
    /** Docker's default; moby, daemon/pkg/oci/defaults. */
    static final String DEFAULT_PATH =
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Docker's again, for a command with a terminal: every list of terminals has it. */
    private static final String DEFAULT_TERM = "xterm";

    static Environment of(Map<String, String> sandbox, Map<String, String> command, String home) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", DEFAULT_PATH);
        all.put("HOME", home);
        all.putAll(sandbox);
        all.putAll(command);
        return new Environment(all);
    }

    /** With a TERM, if there is none. */
    Environment withTerminal() {
        Map<String, String> all = new LinkedHashMap<>(variables);
        all.putIfAbsent("TERM", DEFAULT_TERM);
        return new Environment(all);
    }

    List<String> entries() {
        return variables.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    List<String> path() {
        return List.of(variables.getOrDefault("PATH", DEFAULT_PATH).split(":", -1));
    }
}
