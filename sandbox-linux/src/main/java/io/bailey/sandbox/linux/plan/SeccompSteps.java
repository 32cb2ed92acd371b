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
 * seccomp(2): the filter of the command, and the thread of the init that is told of its calls.
 *
 * <p>That thread is one of the init's own, not a process: it can block in the kernel as long as it
 * likes without keeping the init from its duties, nobody in the sandbox can signal it, and it goes
 * with the init. The command's process shares the init's table of descriptors until its exec, so
 * the listener that the filter comes with is the init's too.
 */
final class SeccompSteps {
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

    SeccompSteps(ProgramBuilder program, Walls.Seccomp seccomp) {
        this.program = program;
        this.seccomp = seccomp;
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

    /** In the init, when the command has been executed: starts the thread that {@link #listen}s. */
    void startListening(Label listener) {
        program.step("start the thread that is told of system calls", "");
        program.call(Sys.CLONE3, Argument.of(thread()), Argument.of(88)).ifZero(listener);
    }

    private static Blob thread() {
        return Blob.struct(
                "{flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD}",
                CloneFlags.CLONE_VM
                        | CloneFlags.CLONE_FS
                        | CloneFlags.CLONE_FILES
                        | CloneFlags.CLONE_SIGHAND
                        | CloneFlags.CLONE_THREAD,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    /** The thread's whole life. */
    void listen(Label listener) {
        byte[] template = new byte[Notice.BYTES];
        ByteBuffer.wrap(template).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Blueprint.SYSCALL);
        Blob notice = Blob.bytes(template, "&notice");
        program.place(listener);
        if (seccomp.watch() == Walls.Watch.DENIALS) {
            Label again = new Label();
            program.step("wait for a denied call", "");
            program.place(again);
            receive(notice, again);
            // Whoever made it waits in the kernel for an answer that never comes: the JVM ends it.
            program.call(Sys.EXIT, Argument.of(0));
        } else {
            letThrough(notice);
        }
    }

    private void receive(Blob notice, Label again) {
        program.call(
                        Sys.IOCTL,
                        Argument.of(Bindings.LISTENER),
                        RECV,
                        Argument.of(notice, Notice.NOTIF))
                .tolerate(Errno.EINTR, Errno.ENOENT)
                .orElse(again);
        program.call(
                Sys.WRITE,
                Argument.of(Bindings.STATUS),
                Argument.of(notice),
                Argument.of(Notice.BYTES));
    }

    /**
     * The kernel wants zeros where it shall write, and the id of what it has written in the answer.
     * A file copies both: a program of system calls moves no bytes itself.
     */
    private void letThrough(Blob notice) {
        Label again = new Label();
        Variable file = program.variable("file");
        Blob answer = Blob.struct("&answer", 0, 0, USER_NOTIF_FLAG_CONTINUE << 32);
        program.step("let each call through and tell of it", "");
        program.call(Sys.MEMFD_CREATE, Argument.of("bailey-notice"), Argument.of(1)).store(file);
        program.call(Sys.FTRUNCATE, Argument.of(file), Argument.of(2 * ZEROS));
        program.place(again);
        program.call(
                Sys.PREAD64,
                Argument.of(file),
                Argument.of(notice, Notice.NOTIF),
                Argument.of(NOTIF_BYTES),
                Argument.of(ZEROS));
        receive(notice, again);
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
                .tolerate(Errno.ENOENT)
                .orElse(again)
                .ifZero(again);
        program.call(Sys.EXIT, Argument.of(0));
    }
}
