package io.bailey.sandbox;

/**
 * Whether a sandbox gets the second wall of {@code landlock(7)}: rules of the kernel that name the
 * trees a process may read, write and execute, and hold even where a mount or a namespace does not.
 * The rules follow from the recipe; all that the running kernel's ABI knows are used.
 *
 * @since 0.1
 */
public enum Landlock {
    /**
     * There, or {@link SandboxUnavailableException}: Linux 5.13 with Landlock enabled. The default.
     */
    REQUIRED,
    /**
     * There if the kernel has it. {@link Sandbox#doctor()} says whether it has. Refused for {@link
     * Isolation#UNPRIVILEGED}, which consists of it.
     */
    BEST_EFFORT,
    /** Not there. Refused for {@link Isolation#UNPRIVILEGED}. */
    OFF
}
