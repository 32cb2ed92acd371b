package io.bailey.sandbox;

import java.util.HashMap;
import java.util.Map;

/**
 * Remembers which limits were set, since a second value for one is more likely a mistake than a
 * change of mind.
 */
final class Once {

    private final Map<String, Object> values = new HashMap<>();

    /** Returns the value if it is the first for this setting. */
    <T> T set(String setting, T value) {
        Object before = values.putIfAbsent(setting, value);
        if (before != null) {
            throw new SandboxConfigException(
                    setting + ": was already set to " + before + ", cannot be set to " + value);
        }
        return value;
    }
}
