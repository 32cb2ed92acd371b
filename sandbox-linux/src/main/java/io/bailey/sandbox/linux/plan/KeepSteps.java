package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.plan.Detachment.Kept;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Store;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;

/**
 * What the init of a detached sandbox does besides watching: it writes down its number, what the
 * command says, and how it ended. A disk that is full or broken costs what would have been written,
 * never the command.
 */
final class KeepSteps {
    private static final Argument REALTIME = Argument.flags("CLOCK_REALTIME", 0);
    private static final Argument SEEK_SET = Argument.flags("SEEK_SET", 0);
    private static final Argument SEEK_END = Argument.flags("SEEK_END", 2);
    private static final Argument SEEK_DATA = Argument.flags("SEEK_DATA", 3);
    private static final Argument CLOSE_ON_EXEC = Argument.flags("O_CLOEXEC", Linux.O_CLOEXEC);
    private static final int NUMBER_BYTES = 32;

    /** Where in an array of struct iovec the length of the third one is. */
    private static final int LENGTH = 5 * Long.BYTES;

    private static final Integer[] DISK = {Errno.ENOSPC, Errno.EDQUOT, Errno.EIO, Errno.EROFS};

    private final ProgramBuilder program;
    private final Detachment detachment;
    private final List<Stream> streams = new ArrayList<>();
    private final Variable end;
    private final Variable good;
    private final Variable full;

    /**
     * One stream of the command's.
     *
     * @param parts a struct iovec each for the begin of the header, the length and the bytes: the
     *     length is what read(2) returned, stored where the third one has it, and written from
     *     there by the second
     */
    private record Stream(
            Binding pipe, Binding poll, boolean logged, Blob header, Blob bytes, Blob.Words parts) {

        static Stream of(Binding pipe, Binding poll, boolean logged, int number, int buffer) {
            Blob header = Blob.struct("{time, stream=" + number + "}", 0, 0, number);
            Blob bytes = Blob.buffer(buffer, "&bytes");
            List<Blob.Word> parts =
                    List.of(
                            new Blob.Address(header, 0),
                            new Blob.Number(LogRecord.LENGTH),
                            new Blob.Self(LENGTH),
                            new Blob.Number(Long.BYTES),
                            new Blob.Address(bytes, 0),
                            new Blob.Number(0));
            Blob.Words record =
                    Blob.struct("[{time, stream=" + number + "}, length, bytes]", parts);
            return new Stream(pipe, poll, logged, header, bytes, record);
        }

        Store length() {
            return new Store.Field(parts, LENGTH, "length");
        }
    }

    KeepSteps(ProgramBuilder program, Detachment detachment) {
        this.program = program;
        this.detachment = detachment;
        this.end = program.variable("end");
        this.good = program.variable("good");
        this.full = program.variable("full");
        add(detachment.output(), 1, Bindings.OUTPUT, Bindings.OUTPUT_POLL);
        add(detachment.error(), 2, Bindings.ERROR, Bindings.ERROR_POLL);
    }

    private void add(Kept kept, int number, Binding pipe, Binding poll) {
        if (kept != Kept.NOT_SEEN) {
            boolean logged = kept == Kept.LOGGED;
            streams.add(Stream.of(pipe, poll, logged, number, detachment.buffer()));
        }
    }

    /** The kernel alone knows the init's number on the host, and only where /proc is the host's. */
    void tellNumber() {
        Variable length = program.variable("length");
        Blob number = Blob.buffer(NUMBER_BYTES, "&number");
        Label unknown = new Label();
        program.step("write down the init's number", "/proc/self");
        program.call(
                        Sys.READLINKAT,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of("/proc/self"),
                        Argument.of(number),
                        Argument.of(NUMBER_BYTES))
                .store(length)
                .tolerate(Errno.ENOENT, Errno.EACCES)
                .orElse(unknown);
        program.call(
                Sys.PWRITE64,
                Argument.of(Bindings.REPORT),
                Argument.of(number),
                Argument.of(length),
                Argument.of(Report.NUMBER));
        program.place(unknown);
    }

    /** What else is waited for. */
    List<Binding> polled() {
        return streams.stream().map(Stream::poll).toList();
    }

    /** Takes what has been said, of each stream at most a buffer full. */
    void takeOutput() {
        for (Stream stream : streams) {
            Label nothing = new Label();
            program.step("keep what the command says", stream.pipe().name());
            take(stream, nothing, nothing);
            program.place(nothing);
        }
    }

    /**
     * Takes all that is left, when nobody is left who could say more. The first process of a pid
     * namespace has no parent there: that is how it jumps.
     */
    void takeRest() {
        for (Stream stream : streams) {
            Label again = new Label();
            Label more = new Label();
            Label nothing = new Label();
            program.step("keep what is left", stream.pipe().name());
            program.place(again);
            take(stream, nothing, more);
            program.place(more);
            program.call(Sys.GETPPID).ifZero(again);
            program.place(nothing);
        }
    }

    private void take(Stream stream, Label nothing, Label taken) {
        program.call(
                        Sys.READ,
                        Argument.of(stream.pipe()),
                        Argument.of(stream.bytes()),
                        Argument.of(detachment.buffer()))
                .store(stream.length())
                .tolerate(Errno.EAGAIN, Errno.EINTR)
                .orElse(nothing)
                .ifZero(nothing);
        if (stream.logged()) {
            write(stream, taken);
        }
    }

    /**
     * The file is opened for appending, so its position is of no account: a seek only says how long
     * it is, or carries a number from one variable to another. A write that was cut short may have
     * gone before one that failed: from its begin on the file is cut off.
     */
    private void write(Stream stream, Label done) {
        Label failed = new Label();
        program.call(Sys.CLOCK_GETTIME, REALTIME, Argument.of(stream.header()));
        seek(Argument.of(end), SEEK_SET).store(good);
        seek(Argument.of(0), SEEK_END).store(end);
        program.call(
                        Sys.WRITEV,
                        Argument.of(Bindings.LOG),
                        Argument.of(stream.parts()),
                        Argument.of(3))
                .tolerate(DISK)
                .orElse(failed);
        // Beyond the end there is no data.
        seek(Argument.of(detachment.full()), SEEK_DATA).tolerate(Errno.ENXIO).orElse(done);
        useTheOther();
        program.call(Sys.GETPPID).ifZero(done);
        program.place(failed);
        program.call(Sys.FTRUNCATE, Argument.of(Bindings.LOG), Argument.of(good)).tolerate(DISK);
        seek(Argument.of(good), SEEK_SET).store(end);
    }

    private ProgramBuilder.Call seek(Argument offset, Argument whence) {
        return program.call(Sys.LSEEK, Argument.of(Bindings.LOG), offset, whence);
    }

    /** The older file is emptied and becomes the newer one, under the newer one's number. */
    private void useTheOther() {
        program.call(Sys.FTRUNCATE, Argument.of(Bindings.OLDER_LOG), Argument.of(0)).tolerate(DISK);
        program.call(Sys.DUP, Argument.of(Bindings.LOG)).store(full);
        program.call(
                Sys.DUP3,
                Argument.of(Bindings.OLDER_LOG),
                Argument.of(Bindings.LOG),
                CLOSE_ON_EXEC);
        program.call(Sys.DUP3, Argument.of(full), Argument.of(Bindings.OLDER_LOG), CLOSE_ON_EXEC);
        program.call(Sys.CLOSE, Argument.of(full));
        seek(Argument.of(0), SEEK_END).store(end);
    }

    /** How the command ended, and when, as a clock on the wall has it. */
    void keep(Blob report) {
        Blob finished = Blob.struct("&finished", 0, 0);
        program.step("keep the report", "");
        program.call(Sys.CLOCK_GETTIME, REALTIME, Argument.of(finished));
        write(finished, Report.FINISHED, 16);
        write(report, 0, Report.BYTES);
    }

    private void write(Blob blob, int at, int bytes) {
        program.call(
                        Sys.PWRITE64,
                        Argument.of(Bindings.REPORT),
                        Argument.of(blob),
                        Argument.of(bytes),
                        Argument.of(at))
                .tolerate(DISK);
    }
}
