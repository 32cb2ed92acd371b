package io.bailey.sandbox;

/**
 * How a sandbox is walled in. Always the caller's choice: one is never exchanged for the other,
 * whatever the host lacks, and {@link Result#isolation()} says which it was.
 *
 * @since 0.1
 */
public enum Isolation {
    /**
     * Namespaces, a root file system of its own, capabilities, seccomp and Landlock. The default.
     */
    FULL,
    /**
     * Landlock, seccomp, resource limits and {@code no_new_privs}, without any namespace: for a JVM
     * that runs where user namespaces are refused, as inside Docker or Kubernetes.
     *
     * <p>The command sees the host's own tree, may read the system's directories ({@code /usr},
     * {@code /etc} and their like) and what is mounted by name: a {@link Mount#readOnly} or {@link
     * Mount#readWrite} whose source and target are the same path. It sees that other files and
     * processes exist, and cannot open, signal or trace them. Its processes stay in one process
     * group ({@code setsid(2)} and {@code setpgid(2)} are refused), so that they end together.
     * {@link Network#NONE} means no sockets, {@link Network#HOST} the host's. It needs Linux 6.12
     * (Landlock ABI 6).
     *
     * <p>Landlock knows nothing of modes, owners and times. Times and extended attributes are not
     * changed. Under an ordinary user's JVM, and where a user is named, modes and owners are not
     * either. Under a JVM that may change its user the commands run otherwise as one user, who owns
     * nothing on the host and may do as it likes to the modes of its own files: compilers and
     * {@code tar} need that. All such sandboxes of a JVM share that user, so a command may change
     * the modes of another's files whose paths it can name; what is in them it reads and writes
     * only where Landlock lets it. Who must not meet needs {@link #FULL}.
     *
     * <p>What ordinary programs notice:
     *
     * <ul>
     *   <li>{@code timeout} of coreutils is refused its own process group, and its signal to "the
     *       group" then ends the whole sandbox ({@link Termination.Signaled}, 15). Use {@code
     *       timeout --foreground}, or {@link Command#timeout}.
     *   <li>There is no {@code /dev/shm}, which Python's {@code multiprocessing} wants, unless it
     *       is mounted by name.
     *   <li>Under an ordinary user's JVM {@code chmod}, {@code utime} and extended attributes are
     *       refused, and {@code install}, {@code touch}, {@code tar x}, {@code sed -i}, {@code
     *       gzip} and {@code cp -a} complain.
     *   <li>{@code inotify(7)} is refused, and with it {@code fs.watch} of Node.js.
     * </ul>
     */
    UNPRIVILEGED
}
