package io.bailey.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The rules for environment variables. */
final class Variable {

    /** {@code MAX_ARG_STRLEN} of {@code execve(2)} is 131072 and counts the NUL at the end. */
    static final int MAX_STRING_BYTES = 131_071;

    private Variable() {}

    /** Checks one variable. The value is not in any message, since it may be a secret. */
    static void check(String name, String value) {
        Text.filled("env name", name, MAX_STRING_BYTES);
        if (name.indexOf('=') >= 0) {
            throw new SandboxConfigException("env name: " + Text.quote(name) + " has a '='");
        }
        int nul = value.indexOf('\0');
        if (nul >= 0) {
            throw new SandboxConfigException(
                    "env: the value of "
                            + Text.quote(name)
                            + " has a NUL character at index "
                            + nul);
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new SandboxConfigException(
                    "env: the value of "
                            + Text.quote(name)
                            + " has an unpaired surrogate and no UTF-8 form");
        }
        int bytes = (name + "=" + value).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_STRING_BYTES) {
            throw new SandboxConfigException(
                    "env: "
                            + Text.quote(name)
                            + " and its value have "
                            + bytes
                            + " bytes, more than the "
                            + MAX_STRING_BYTES
                            + " allowed");
        }
    }

    /** Copies and checks all, in order. */
    static Map<String, String> copy(Map<String, String> variables) {
        Map<String, String> copy = new LinkedHashMap<>(variables);
        copy.forEach(Variable::check);
        return Collections.unmodifiableMap(copy);
    }
}
