package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.mount.OpenHow;
import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the agent does that writes files in a container, once it is inside: it makes them itself,
 * for only there their owners have ids.
 *
 * <p>Whoever else is inside may exchange any directory for a link at any time. A path is walked
 * once, to its last directory, in the container's root and over no magic link: one in its /proc
 * would lead to what the agent has open, the host's files among it (CVE-2018-15664 is of that
 * kind). All else is a single name in a descriptor, which follows nothing.
 */
final class CopySteps {
    private static final String STEP = "copy in: ";
    private static final Argument NIL = Argument.nil();
    private static final Argument NONE = Argument.of(0);
    private static final Argument HOW_BYTES = Argument.of(OpenHow.BYTES);
    private static final Argument NOFOLLOW = Argument.flags("AT_SYMLINK_NOFOLLOW", 0x100);
    private static final Argument SEEK_SET = Argument.flags("SEEK_SET", 0);
    private static final Argument SEEK_CUR = Argument.flags("SEEK_CUR", 1);
    private static final int S_IFIFO = 0010000;
    private static final int OWNER_READS = 0500;

    /** So often in all may somebody rename what is on the way of a path while it is walked. */
    private static final int MOST_RETRIES = 10_000;

    private static final Argument COUNTER =
            Argument.flags("EFD_SEMAPHORE|EFD_CLOEXEC|EFD_NONBLOCK", 1 | 02000000 | 04000);

    /** CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID. */
    private static final Capabilities NEEDED =
            new Capabilities(1L << 1 | 1L << 2 | 1L << 3 | 1L << 4);

    /** So much at once, that the end of the JVM is noticed in between. */
    private static final long MOST_AT_ONCE = 256L << 20;

    private final Blob directoryHow = OpenHow.directoryInRoot();
    private final Blob oneDirectoryHow = OpenHow.directory();
    private final Blob newFileHow = OpenHow.newFile();
    private final Blob oldFileHow = OpenHow.oldFile();
    private final ProgramBuilder program;
    private final Site site;
    private final Variable root;
    private final Variable directory;
    private final Variable file;
    private final Variable other;
    private final Variable word;
    private final Variable patience;
    private final List<Retry> retries = new ArrayList<>();
    private final Label gone = new Label();
    private String opened = "";

    /** A walk that is begun again when something on its way was renamed meanwhile: openat2(2). */
    private record Retry(String shown, Label disturbed, Label again) {}

    CopySteps(ProgramBuilder program, Site site) {
        this.program = program;
        this.site = site;
        this.root = program.variable("root");
        this.directory = program.variable("directory");
        this.file = program.variable("file");
        this.other = program.variable("other");
        this.word = program.variable("word");
        this.patience = program.variable("patience");
    }

    void all(List<CopyStep> steps) {
        keepFewCapabilities();
        program.step(STEP + "open", "/");
        program.call(
                        Sys.OPENAT,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of("/"),
                        Argument.flags("O_PATH|O_CLOEXEC", Linux.O_PATH | Linux.O_CLOEXEC),
                        NONE)
                .store(root);
        program.step("count the walks that are begun again", "");
        program.call(Sys.EVENTFD2, Argument.of(MOST_RETRIES), COUNTER).store(patience);
        steps.forEach(this::one);
        // Somebody else may take its exit status away.
        program.step("report and end", "");
        Blob report =
                Blob.bytes(
                        ByteBuffer.allocate(Report.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(0, Blueprint.COMMAND_ENDED)
                                .array(),
                        "&report");
        program.call(
                        Sys.WRITE,
                        Argument.of(Bindings.STATUS),
                        Argument.of(report),
                        Argument.of(Report.BYTES))
                .tolerate(Errno.EPIPE);
        program.call(Sys.EXIT_GROUP, NONE);
        retries.forEach(this::retry);
        program.place(gone);
        program.call(Sys.EXIT_GROUP, Argument.of(137));
    }

    private void keepFewCapabilities() {
        program.step("keep the capabilities to write files", NEEDED.text());
        Capabilities kept = site.identity().capable() ? NEEDED : Capabilities.none();
        program.call(
                Sys.CAPSET,
                Argument.of(Capabilities.header()),
                Argument.of(kept.dataNotInheritable()));
    }

    private void one(CopyStep step) {
        switch (step) {
            case CopyStep.MakeDirectory made -> makeDirectory(made);
            case CopyStep.MakeFile made -> {
                makeWay(made.at());
                open(made.at(), newFileHow);
            }
            case CopyStep.OpenFile old -> {
                goTo(old.at());
                open(old.at(), oldFileHow);
            }
            case CopyStep.Fill fill -> fill(fill);
            case CopyStep.FinishFile whole -> finish(whole);
            case CopyStep.MakeLink link -> {
                makeWay(link.at());
                doing("make a link", link.at());
                program.call(
                        Sys.SYMLINKAT,
                        bytes(link.target()),
                        Argument.of(directory),
                        bytes(link.at().name()));
                setTime(link.at(), link.time());
            }
            case CopyStep.MakeName name -> makeName(name);
            case CopyStep.MakeFifo fifo -> {
                makeWay(fifo.at());
                doing("make a FIFO", fifo.at());
                program.call(
                        Sys.MKNODAT,
                        Argument.of(directory),
                        bytes(fifo.at().name()),
                        octal(S_IFIFO | fifo.mode()),
                        NONE);
            }
            case CopyStep.SetTime set -> {
                goTo(set.at());
                setTime(set.at(), set.time());
            }
        }
    }

    private void doing(String what, Place at) {
        program.step(STEP + what, at.shown());
    }

    /** Goes to the directory of {@code at}, where it is not there already. */
    private void goTo(Place at) {
        heed(at);
        if (opened.equals(at.directory())) {
            return;
        }
        doing("open the directory of", at);
        if (!opened.isEmpty()) {
            program.call(Sys.CLOSE, Argument.of(directory));
        }
        openDirectory(at.directory(), directory, at);
        opened = at.directory();
    }

    private void openDirectory(String path, Variable into, Place shown) {
        Retry retry = new Retry(shown.shown(), new Label(), new Label());
        retries.add(retry);
        program.place(retry.again());
        program.call(
                        Sys.OPENAT2,
                        Argument.of(root),
                        bytes(path),
                        Argument.of(directoryHow),
                        HOW_BYTES)
                .store(into)
                .tolerate(Errno.EAGAIN)
                .orElse(retry.disturbed());
    }

    /** Counts down, and when there is nothing left fails with EAGAIN. */
    private void retry(Retry retry) {
        program.place(retry.disturbed());
        program.step(STEP + "walk again to the directory of", retry.shown());
        program.call(
                Sys.READ, Argument.of(patience), Argument.addressOf(word), Argument.of(Long.BYTES));
        jump(retry.again());
    }

    /** Nothing follows the JVM's death: what is open here is the host's. */
    private void heed(Place at) {
        Label goOn = new Label();
        doing("look after the JVM before", at);
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.LIFELINE),
                        Argument.addressOf(word),
                        Argument.of(1))
                .tolerate(Errno.EAGAIN, Errno.EINTR)
                .orElse(goOn)
                .ifZero(gone);
        program.place(goOn);
    }

    /** What has the name goes, but for a directory, and what is mounted there. */
    private void makeWay(Place at) {
        goTo(at);
        doing("remove what has the name of", at);
        program.call(Sys.UNLINKAT, Argument.of(directory), bytes(at.name()), NONE)
                .tolerate(Errno.ENOENT, Errno.EISDIR, Errno.EBUSY);
    }

    /** A link to a directory is one: what is in it goes there, in the root. */
    private void makeDirectory(CopyStep.MakeDirectory made) {
        Label there = new Label();
        Label done = new Label();
        goTo(made.at());
        doing("make a directory", made.at());
        // mkdir(2) leaves set-group-ID out. What is made must be opened to be given it.
        boolean special = (made.mode() & 06000) != 0;
        program.call(
                        Sys.MKDIRAT,
                        Argument.of(directory),
                        bytes(made.at().name()),
                        octal(special ? ((made.mode() & 01777) | OWNER_READS) : made.mode()))
                .tolerate(Errno.EEXIST)
                .orElse(there);
        if (special) {
            setMode(made);
        }
        jump(done);
        program.place(there);
        String path =
                made.at().directory().equals(".")
                        ? made.at().name()
                        : made.at().directory() + "/" + made.at().name();
        openDirectory(path, other, made.at());
        program.call(Sys.CLOSE, Argument.of(other));
        program.place(done);
    }

    /** By a descriptor: the name may be a link by now, to a directory of somebody else's. */
    private void setMode(CopyStep.MakeDirectory made) {
        doing("set the mode of", made.at());
        program.call(
                        Sys.OPENAT2,
                        Argument.of(directory),
                        bytes(made.at().name()),
                        Argument.of(oneDirectoryHow),
                        HOW_BYTES)
                .store(other);
        program.call(Sys.FCHMOD, Argument.of(other), octal(made.mode()));
        program.call(Sys.CLOSE, Argument.of(other));
    }

    /** A call that does nothing, and succeeds. */
    private void jump(Label to) {
        program.call(Sys.RT_SIGPROCMASK, NONE, NIL, NIL, Argument.of(8)).ifZero(to);
    }

    private void open(Place at, Blob how) {
        doing("create", at);
        program.call(
                        Sys.OPENAT2,
                        Argument.of(directory),
                        bytes(at.name()),
                        Argument.of(how),
                        HOW_BYTES)
                .store(file);
    }

    /**
     * sendfile(2) may stop short, at the end of the room for instance, and a program cannot count.
     * So it goes back by what should have been written: that is position 0, or an error; and if
     * anything is missing it goes on byte by byte, which tells why.
     */
    private void fill(CopyStep.Fill fill) {
        long end = fill.position() + fill.length();
        for (long at = fill.position(); at < end; at += MOST_AT_ONCE) {
            fill(fill.at(), fill.from(), at, Math.min(MOST_AT_ONCE, end - at));
        }
    }

    private void fill(Place at, Binding source, long position, long length) {
        Argument from = Argument.of(source);
        Label more = new Label();
        Label done = new Label();
        heed(at);
        doing("write", at);
        program.call(Sys.LSEEK, Argument.of(file), Argument.of(position), SEEK_SET);
        send(from, length);
        Argument back = Argument.of(-(position + length));
        program.call(Sys.LSEEK, Argument.of(file), back, SEEK_CUR)
                .tolerate(Errno.EINVAL)
                .orElse(more)
                .ifZero(done);
        program.place(more);
        // Zero is the end of what is copied: it has been cut since.
        send(from, 1);
        program.amendLast().ifZero(done);
        program.call(Sys.LSEEK, Argument.of(file), back, SEEK_CUR)
                .tolerate(Errno.EINVAL)
                .orElse(more)
                .ifZero(done);
        program.place(done);
    }

    private void send(Argument from, long length) {
        program.call(Sys.SENDFILE, Argument.of(file), from, NIL, Argument.of(length));
    }

    private void finish(CopyStep.FinishFile whole) {
        doing("finish", whole.at());
        program.call(Sys.FTRUNCATE, Argument.of(file), Argument.of(whole.size()));
        program.call(Sys.FCHMOD, Argument.of(file), octal(whole.mode()));
        program.call(Sys.UTIMENSAT, Argument.of(file), NIL, times(whole.time()), NONE);
        program.call(Sys.CLOSE, Argument.of(file));
    }

    private void makeName(CopyStep.MakeName name) {
        makeWay(name.at());
        doing("link", name.at());
        openDirectory(name.of().directory(), other, name.of());
        program.call(
                Sys.LINKAT,
                Argument.of(other),
                bytes(name.of().name()),
                Argument.of(directory),
                bytes(name.at().name()),
                NONE);
        program.call(Sys.CLOSE, Argument.of(other));
    }

    private void setTime(Place at, CopyStep.Time time) {
        doing("set the time of", at);
        program.call(
                Sys.UTIMENSAT, Argument.of(directory), bytes(at.name()), times(time), NOFOLLOW);
    }

    private static Argument times(CopyStep.Time time) {
        return Argument.of(
                Blob.struct(
                        "[{" + time.seconds() + ", " + time.nanos() + "}, same]",
                        time.seconds(),
                        time.nanos(),
                        time.seconds(),
                        time.nanos()));
    }

    private static Argument octal(int mode) {
        return Argument.flags("0" + Integer.toOctalString(mode), mode);
    }

    /** Not as text: names need not be UTF-8. */
    private static Argument bytes(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        return Argument.of(Blob.bytes(Arrays.copyOf(bytes, bytes.length + 1), '"' + name + '"'));
    }
}
