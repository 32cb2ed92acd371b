package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.List;

/**
 * Where a process that will become a command waits for it: what remains of its program comes down
 * the lifeline, whose other end the JVM alone holds. Its init waits in the kernel meanwhile, for
 * the end of its vfork, so it is this process that sees the end of the JVM.
 */
final class ParkSteps {
    private static final Argument NIL = Argument.nil();

    private ParkSteps() {}

    static void all(ProgramBuilder program, Label jvmGone) {
        Label again = new Label();
        program.step("say that it waits for a command", "");
        program.call(
                        Sys.WRITE,
                        Argument.of(Bindings.STATUS),
                        Argument.of(Blob.struct("{parked}", Blueprint.COMMAND_PARKED, 0)),
                        Argument.of(16))
                .tolerate(Errno.EPIPE)
                .orElse(jvmGone);
        program.step("wait for a command", "");
        program.place(again);
        program.call(
                        Sys.PPOLL,
                        Argument.of(
                                Blob.struct(
                                        "[{fd=@lifeline, POLLIN}]",
                                        List.of(new Blob.Bound(Bindings.LIFELINE_POLL)))),
                        Argument.of(1),
                        NIL,
                        NIL,
                        Argument.of(0))
                .tolerate(Errno.EINTR)
                .orElse(again);
        program.step("take the rest of this program", "");
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.LIFELINE),
                        Argument.of(Blob.rest(Parked.REST_BYTES)),
                        Argument.of(Parked.REST_BYTES))
                .ifZero(jvmGone);
    }
}
