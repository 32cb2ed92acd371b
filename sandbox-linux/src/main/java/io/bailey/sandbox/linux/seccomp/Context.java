package io.bailey.sandbox.linux.seccomp;

import java.util.Set;

/**
 * For whom a profile is compiled.
 *
 * @param architecture the native one: {@link Architecture#X86_64} or {@link Architecture#AARCH64}
 * @param capabilities those granted inside, with the prefix: CAP_SYS_ADMIN
 * @param thirtyTwoBit whether the calls of 32-bit programs are judged by the same profile instead
 *     of being deadly; x86-64 only
 * @param killsByNotification whether a call that kills is handed to the listener of the filter
 *     instead, which can tell its name before it kills
 */
public record Context(
        Architecture architecture,
        Set<String> capabilities,
        KernelVersion kernel,
        boolean thirtyTwoBit,
        boolean killsByNotification) {

    public Context {
        capabilities = Set.copyOf(capabilities);
        if (architecture != Architecture.X86_64 && architecture != Architecture.AARCH64) {
            throw new ProfileException("a kernel of 64 bits is not " + architecture);
        }
        if (thirtyTwoBit && architecture != Architecture.X86_64) {
            throw new ProfileException("32-bit programs are known of x86-64 only");
        }
    }

    /** Without capabilities, of 64 bits only, kills by the kernel. */
    public static Context of(Architecture architecture, KernelVersion kernel) {
        return new Context(architecture, Set.of(), kernel, false, false);
    }

    public Context withCapabilities(Set<String> granted) {
        return new Context(architecture, granted, kernel, thirtyTwoBit, killsByNotification);
    }

    public Context withThirtyTwoBit(boolean judged) {
        return new Context(architecture, capabilities, kernel, judged, killsByNotification);
    }

    public Context withKillsByNotification(boolean notify) {
        return new Context(architecture, capabilities, kernel, thirtyTwoBit, notify);
    }
}
