package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.OwnTerminal;
import io.bailey.sandbox.linux.launch.Workers;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** A command on this JVM's own terminal. */
final class Interaction {
    /** How late a new size may be. Nothing but SIGWINCH, which is the JVM's, tells of one. */
    private static final long LOOK_NANOS = 250_000_000;

    private static final int KEYS = 4096;
    private static final TerminalCalls.Size USUAL = new TerminalCalls.Size(80, 24);
    private static final String TERM = "TERM";

    private final Linux linux;
    private final Function<Command, SandboxProcess> start;

    Interaction(Linux linux, Function<Command, SandboxProcess> start) {
        this.linux = linux;
        this.start = start;
    }

    Result run(Command command) throws InterruptedException {
        int event = LaunchException.check(linux.eventfd(), "eventfd2", "for the keys");
        try (Fd wake = linux.own(event);
                OwnTerminal own = OwnTerminal.find(linux)) {
            TerminalCalls.Size size = own.size().orElse(USUAL);
            // What fails on the way is told on a terminal that is as it was.
            SandboxProcess process = start.apply(onTerminal(command, size));
            CompletableFuture<Void> typing = new CompletableFuture<>();
            try {
                own.lend();
                Workers.execute(() -> {
                    try {
                        type(own, size, process, wake.number());
                    } finally {
                        typing.complete(null);
                    }
                });
            } catch (RuntimeException | Error failure) {
                // Nobody would ever wait for it, nor type.
                process.destroyForcibly();
                process.onResult().handle((r, ignored) -> r).join();
                throw failure;
            }
            try {
                return await(process);
            } finally {
                linux.write(wake.number(), new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, Long.BYTES);
                typing.join();
            }
        }
    }

    private static Command onTerminal(Command command, TerminalCalls.Size size) {
        boolean raw = command.terminal().map(Terminal::raw).orElse(false);
        Command on =
                command.terminal(new Terminal(size.columns(), size.rows(), raw))
                        .stdin(Input.pipe())
                        .stdout(Output.to(new FileOutputStream(FileDescriptor.out)));
        String term = System.getenv().getOrDefault(TERM, "");
        Map<String, String> environment = command.environment();
        return term.isEmpty() || environment.containsKey(TERM) ? on : on.env(TERM, term);
    }

    private static Result await(SandboxProcess process) throws InterruptedException {
        CompletableFuture<Result> result = process.onResult();
        try {
            return result.get();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            result.handle((r, failure) -> r).join();
            throw interrupted;
        } catch (ExecutionException failed) {
            throw LinuxContainer.failure(failed.getCause());
        }
    }

    /** Every key, and the size, until the command has ended. */
    private static void type(
            OwnTerminal own, TerminalCalls.Size first, SandboxProcess process, int wake) {
        ByteBuffer keys = ByteBuffer.allocateDirect(KEYS);
        TerminalCalls.Size size = first;
        while (process.isAlive()) {
            int n = own.typed(keys, wake, LOOK_NANOS);
            if (n < 0) {
                // The terminal is gone: what the kernel tells those on one.
                process.signal(Signal.HUP);
                return;
            }
            if (n > 0 && !put(keys, process)) {
                return;
            }
            Optional<TerminalCalls.Size> now = own.size();
            if (now.isPresent() && !now.get().equals(size)) {
                size = now.get();
                process.resize(size.columns(), size.rows());
            }
        }
    }

    private static boolean put(ByteBuffer keys, SandboxProcess process) {
        byte[] bytes = new byte[keys.remaining()];
        keys.get(bytes);
        try {
            process.getOutputStream().write(bytes);
            return true;
        } catch (IOException ended) {
            return false;
        }
    }
}
