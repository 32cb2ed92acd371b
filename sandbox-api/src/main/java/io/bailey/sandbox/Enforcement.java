package io.bailey.sandbox;

/**
 * What happens to a limit that this host cannot give, for lack of a cgroup controller or of the
 * right to use it.
 *
 * @since 0.1
 */
public enum Enforcement {

    /**
     * The sandbox does not start: {@link SandboxUnavailableException} names the limit and the fix.
     * The default.
     */
    STRICT,

    /**
     * The sandbox starts without that limit; {@link Sandbox#doctor()} names what is missing.
     * Isolation is never relaxed.
     */
    BEST_EFFORT
}
