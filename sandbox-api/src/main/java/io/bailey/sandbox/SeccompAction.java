package io.bailey.sandbox;

/**
 * What the kernel does with a system call, see {@code seccomp(2)}.
 *
 * @since 0.1
 */
public sealed interface SeccompAction {

    /**
     * The call is made.
     *
     * @since 0.1
     */
    record Allow() implements SeccompAction {}

    /**
     * The call is not made and fails.
     *
     * @param errno the error number it fails with, 1 to 4095
     * @since 0.1
     */
    record Errno(int errno) implements SeccompAction {
        /** The largest number the kernel passes on, {@code MAX_ERRNO}. */
        private static final int MAX = 4_095;

        /**
         * Creates a failure.
         *
         * @throws SandboxConfigException if the number is not 1 to 4095
         */
        public Errno {
            if (errno < 1 || errno > MAX) {
                throw new SandboxConfigException(
                        "seccomp errno: " + errno + " is out of range; accepted are 1 to " + MAX);
            }
        }
    }

    /**
     * The call is not made and the whole sandbox is killed: {@link Termination.SyscallDenied} names
     * the call.
     *
     * <p>Some calls only the kernel can kill for, with nobody to tell their names: {@code execve},
     * {@code openat}, {@code write} and {@code exit_group}, which the start itself takes; every
     * call in a sandbox without an init ({@link Sandbox.Builder#init init(false)}); and the calls
     * of an ABI that the profile does not allow. There the process that made the call dies of
     * {@code SIGSYS}, others of the sandbox go on, and if it was the command, the result is {@link
     * Termination.Signaled}.
     *
     * @since 0.1
     */
    record Kill() implements SeccompAction {}

    /**
     * The call is not made and the thread gets {@code SIGSYS}, which it may handle.
     *
     * @since 0.1
     */
    record Trap() implements SeccompAction {}

    /**
     * The call is made and the kernel writes it to its log.
     *
     * @since 0.1
     */
    record Log() implements SeccompAction {}

    /**
     * Returns the action that makes the call.
     *
     * @return {@link Allow}
     */
    static SeccompAction allow() {
        return new Allow();
    }

    /**
     * Returns the action that lets the call fail.
     *
     * @param errno the error number it fails with, such as 1 for {@code EPERM}
     * @return {@link Errno}
     * @throws SandboxConfigException if the number is not 1 to 4095
     */
    static SeccompAction errno(int errno) {
        return new Errno(errno);
    }

    /**
     * Returns the action that kills the sandbox.
     *
     * @return {@link Kill}
     */
    static SeccompAction kill() {
        return new Kill();
    }

    /**
     * Returns the action that sends {@code SIGSYS}.
     *
     * @return {@link Trap}
     */
    static SeccompAction trap() {
        return new Trap();
    }

    /**
     * Returns the action that makes the call and logs it.
     *
     * @return {@link Log}
     */
    static SeccompAction log() {
        return new Log();
    }
}
