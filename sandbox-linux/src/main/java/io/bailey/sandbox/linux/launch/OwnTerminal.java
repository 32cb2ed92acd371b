package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The terminal that this JVM stands on, lent to a command: raw meanwhile, so that each key gets to
 * the command's own terminal, which makes lines and signals of them; then as it was, whatever
 * happens, by a shutdown hook if need be.
 */
public final class OwnTerminal implements AutoCloseable {
    private static final int STDIN = 0;

    private final Linux linux;
    private final TerminalCalls calls;
    private final byte[] before;
    private final AtomicBoolean lent = new AtomicBoolean();
    private final Thread hook =
            Thread.ofPlatform().name("bailey-terminal").unstarted(this::restore);

    private OwnTerminal(Linux linux, TerminalCalls calls, byte[] before) {
        this.linux = linux;
        this.calls = calls;
        this.before = before;
    }

    /**
     * Finds it.
     *
     * @throws SandboxConfigException if standard input is none
     */
    public static OwnTerminal find(Linux linux) {
        TerminalCalls calls = new TerminalCalls(linux);
        byte[] now =
                calls.attributes(STDIN)
                        .orElseThrow(() ->
                                new SandboxConfigException(
                                        "interact: standard input of this JVM is no terminal; start it from"
                                                + " one, or use startExec() with a terminal and drive that"
                                                + " by its streams"));
        return new OwnTerminal(linux, calls, now);
    }

    /** Its size; empty if it does not know it. */
    public Optional<TerminalCalls.Size> size() {
        return calls.size(STDIN).filter(size -> size.columns() > 0 && size.rows() > 0);
    }

    /** Makes it raw. */
    public void lend() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            return;
        }
        lent.set(true);
        LaunchException.check(
                calls.setAttributes(STDIN, TerminalCalls.raw(before)),
                "ioctl(TCSETS)",
                "standard input");
    }

    /**
     * Waits for keys in this thread, which must be a platform thread.
     *
     * @param wake a descriptor that ends the wait when it can be read
     * @return how many bytes were typed, 0 for none in {@code nanos}, −1 if no more will be
     */
    public int typed(ByteBuffer into, int wake, long nanos) {
        long ready = linux.pollIn(new int[] {STDIN, wake}, 2, nanos);
        if (ready <= 0 || (ready & 1) == 0) {
            return 0;
        }
        into.clear();
        int n = linux.read(STDIN, into);
        into.flip();
        return n <= 0 ? -1 : n;
    }

    private void restore() {
        if (lent.compareAndSet(true, false)) {
            calls.setAttributes(STDIN, before);
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It finds nothing to do.
        }
    }
}
