package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * seccomp(2): the filter of the command, and the init that is told of its calls. The command's
 * process shares the init's table of descriptors until its exec, so the listener that the filter
 * comes with is the init's too.
 */
final class SeccompSteps {
    private static final Argument NIL = Argument.nil();
    private static final Argument SET_MODE_FILTER = Argument.flags("SECCOMP_SET_MODE_FILTER", 1);
    private static final Argument NEW_LISTENER =
            Argument.flags("SECCOMP_FILTER_FLAG_NEW_LISTENER", 8);

    /** {@code SECCOMP_IOWR(0, struct seccomp_notif)}, 80 bytes. */
    private static final Argument RECV = Argument.flags("SECCOMP_IOCTL_NOTIF_RECV", 0xC0502100L);

    /** {@code SECCOMP_IOWR(1, struct seccomp_notif_resp)}, 24 bytes. */
    private static final Argument SEND = Argument.flags("SECCOMP_IOCTL_NOTIF_SEND", 0xC0182101L);

    private static final int NOTIF_BYTES = 80;
    private static final int ID_BYTES = 8;
    private static final long USER_NOTIF_FLAG_CONTINUE = 1;

    /** Where the file of zeros has some. */
    private static final int ZEROS = 4096;

    private final ProgramBuilder program;
    private final Walls.Seccomp seccomp;
    private final Variable file;
    private final Blob notice = notice();

    SeccompSteps(ProgramBuilder program, Walls.Seccomp seccomp) {
        this.program = program;
        this.seccomp = seccomp;
        this.file = program.variable("file");
    }

    /** The last thing before the exec: what comes after it must be allowed by the filter. */
    void install() {
        List<Long> filter = seccomp.filter();
        Blob instructions = Blob.bytes(bytes(filter), "/* " + filter.size() + " instructions */");
        Blob program =
                Blob.struct(
                        "{len=" + filter.size() + ", " + instructions.text() + "}",
                        List.of(new Blob.Number(filter.size()), new Blob.Address(instructions, 0)));
        this.program.step("filter system calls", "");
        this.program.call(
                Sys.SECCOMP,
                SET_MODE_FILTER,
                seccomp.watch() == Walls.Watch.NOTHING ? Argument.of(0) : NEW_LISTENER,
                Argument.of(program));
    }

    private static byte[] bytes(List<Long> filter) {
        ByteBuffer out =
                ByteBuffer.allocate(filter.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        filter.forEach(out::putLong);
        return out.array();
    }

    /** In the init, when the command has been executed: what {@link #hear} needs. */
    void prepareToHear() {
        if (seccomp.watch() == Walls.Watch.CALLS) {
            program.step("make a file to copy by", "");
            program.call(Sys.MEMFD_CREATE, Argument.of("bailey-notice"), Argument.of(1))
                    .store(file);
            program.call(Sys.FTRUNCATE, Argument.of(file), Argument.of(2 * ZEROS));
        }
    }

    /**
     * Tells of one call, if there is one: a look before each wait, for a wait for the listener
     * alone cannot be broken off before Linux 6.11. A call whose maker dies after the look answers
     * ENOENT; a filter that could not be installed, with what else the number stands for.
     *
     * @param denied adds what a denied call has for a consequence
     */
    void hear(Runnable denied) {
        Label quiet = new Label();
        program.step("hear of system calls", "");
        program.call(
                        Sys.PPOLL,
                        Argument.of(pollListener()),
                        Argument.of(1),
                        Argument.of(Blob.struct("{0, 0}", 0, 0)),
                        NIL,
                        Argument.of(0))
                .tolerate(Errno.EINTR)
                .orElse(quiet)
                .ifZero(quiet);
        if (seccomp.watch() == Walls.Watch.DENIALS) {
            receive(quiet);
            // Whoever made it waits in the kernel for an answer that never comes. Before it is
            // told: the JVM then ends the init, and with it who listens.
            denied.run();
            tell();
        } else {
            letThrough(quiet);
        }
        program.place(quiet);
    }

    private static Blob pollListener() {
        return Blob.struct(
                "[{fd=@listener, POLLIN}]", List.of(new Blob.Bound(Bindings.LISTENER_POLL)));
    }

    /** The second one finds no zeros to write over: one denied call is enough. */
    private void receive(Label quiet) {
        program.call(
                        Sys.IOCTL,
                        Argument.of(Bindings.LISTENER),
                        RECV,
                        Argument.of(notice, Notice.NOTIF))
                .tolerate(Errno.ENOENT, Errno.EINVAL, Errno.EBADF, Errno.ENOTTY)
                .orElse(quiet);
    }

    private void tell() {
        program.call(
                        Sys.WRITE,
                        Argument.of(Bindings.STATUS),
                        Argument.of(notice),
                        Argument.of(Notice.BYTES))
                .tolerate(Errno.EPIPE);
    }

    /**
     * The kernel wants zeros where it shall write, and the id of what it has written in the answer.
     * A file copies both: a program of system calls moves no bytes itself.
     */
    private void letThrough(Label quiet) {
        Blob answer = Blob.struct("&answer", 0, 0, USER_NOTIF_FLAG_CONTINUE << 32);
        program.call(
                Sys.PREAD64,
                Argument.of(file),
                Argument.of(notice, Notice.NOTIF),
                Argument.of(NOTIF_BYTES),
                Argument.of(ZEROS));
        receive(quiet);
        tell();
        program.call(
                Sys.PWRITE64,
                Argument.of(file),
                Argument.of(notice, Notice.NOTIF),
                Argument.of(ID_BYTES),
                Argument.of(0));
        program.call(
                Sys.PREAD64,
                Argument.of(file),
                Argument.of(answer),
                Argument.of(ID_BYTES),
                Argument.of(0));
        program.call(Sys.IOCTL, Argument.of(Bindings.LISTENER), SEND, Argument.of(answer))
                .tolerate(Errno.ENOENT);
    }

    private static Blob notice() {
        byte[] template = new byte[Notice.BYTES];
        ByteBuffer.wrap(template).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Blueprint.SYSCALL);
        return Blob.bytes(template, "&notice");
    }
}
