package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * landlock(7) in three strokes: a ruleset that says what is handled, a rule for each place, and the
 * moment it begins to hold. The numbers of the two descriptors are foretold, for a rule is a struct
 * with one of them in it.
 */
final class LandlockSteps {
    private static final Argument PATH_BENEATH = Argument.flags("LANDLOCK_RULE_PATH_BENEATH", 1);
    private static final Argument NIL = Argument.of(0);
    private static final int ABI_NETWORK = 4;
    private static final int ABI_SCOPES = 6;
    private static final int ABI_UDP = 10;
    private static final long TCP = 0b0011;
    private static final long UDP = 0b1100;
    private static final long SCOPE_ABSTRACT_UNIX_SOCKET = 1;
    private static final long SCOPE_SIGNAL = 2;

    private static final Map<Integer, Set<LandlockAccess>> STREAMS = streams();

    private final ProgramBuilder program;
    private final LandlockRules rules;
    private final int abi;

    LandlockSteps(ProgramBuilder program, LandlockRules rules, int abi) {
        this.program = program;
        this.rules = rules;
        this.abi = abi;
    }

    private static Map<Integer, Set<LandlockAccess>> streams() {
        Set<LandlockAccess> write = EnumSet.of(LandlockAccess.WRITE_FILE, LandlockAccess.TRUNCATE);
        Map<Integer, Set<LandlockAccess>> streams = new LinkedHashMap<>();
        streams.put(0, EnumSet.of(LandlockAccess.READ_FILE));
        streams.put(1, write);
        streams.put(2, write);
        return streams;
    }

    /**
     * Opens every place, as the user: in a sandbox that runs already, what is inside may have bent
     * the way to one, and there is no privilege left to follow it with. What cannot be reached gets
     * no rule, and with it no right.
     */
    void prepare() {
        program.step("make a Landlock ruleset", "ABI " + abi);
        Blob attr = attr();
        program.call(Sys.LANDLOCK_CREATE_RULESET, Argument.of(attr), Argument.of(attr.size()), NIL);
        rules.places().forEach(this::allow);
        if (rules.files()) {
            STREAMS.forEach((stream, access) ->
                    allowStream(stream, rules.terminal() ? LandlockRules.TERMINAL : access));
        }
    }

    /**
     * A program may open /dev/stdin anew, which is the host's /dev/null for want of input. A pipe
     * needs no rule, and gets none: EBADFD.
     */
    private void allowStream(int stream, Set<LandlockAccess> access) {
        program.step("allow by Landlock", "stream " + stream);
        Blob rule =
                Blob.struct(
                        "{allowed_access="
                                + LandlockAccess.names(access, abi)
                                + ", parent_fd="
                                + stream
                                + "}",
                        LandlockAccess.bits(access, abi),
                        stream);
        program.call(
                        Sys.LANDLOCK_ADD_RULE,
                        Argument.of(Bindings.RULESET),
                        PATH_BENEATH,
                        Argument.of(rule),
                        NIL)
                .tolerate(Errno.EBADFD, Errno.EBADF);
    }

    private Blob attr() {
        long handled = rules.files() ? LandlockAccess.bits(LandlockAccess.ALL, abi) : 0;
        long network = rules.network() ? TCP | (abi >= ABI_UDP ? UDP : 0) : 0;
        long scoped =
                (rules.sockets() ? SCOPE_ABSTRACT_UNIX_SOCKET : 0)
                        | (rules.signals() ? SCOPE_SIGNAL : 0);
        List<Blob.Word> words = new ArrayList<>(List.of(new Blob.Number(handled)));
        String text = "{handled_access_fs=0x" + Long.toHexString(handled);
        if (abi >= ABI_NETWORK) {
            words.add(new Blob.Number(network));
            text += ", handled_access_net=0x" + Long.toHexString(network);
        }
        if (abi >= ABI_SCOPES) {
            words.add(new Blob.Number(scoped));
            text += ", scoped=0x" + Long.toHexString(scoped);
        }
        return Blob.struct(text + "}", words);
    }

    private void allow(LandlockRules.Place place) {
        Label absent = new Label();
        program.step("allow by Landlock", place.path());
        program.call(
                        Sys.OPENAT,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of(place.path()),
                        Argument.flags("O_PATH|O_CLOEXEC", Linux.O_PATH | Linux.O_CLOEXEC),
                        NIL)
                .tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ELOOP)
                .orElse(absent);
        // struct landlock_path_beneath_attr is packed: a u64 and an s32.
        String names = LandlockAccess.names(place.access(), abi);
        Blob rule =
                Blob.struct(
                        "{allowed_access=" + names + ", parent_fd=" + Bindings.PLACE + "}",
                        List.of(
                                new Blob.Number(LandlockAccess.bits(place.access(), abi)),
                                new Blob.Bound(Bindings.PLACE)));
        program.call(
                Sys.LANDLOCK_ADD_RULE,
                Argument.of(Bindings.RULESET),
                PATH_BENEATH,
                Argument.of(rule),
                NIL);
        program.call(Sys.CLOSE, Argument.of(Bindings.PLACE));
        program.place(absent);
    }

    /** From here on it holds, for this process and all it starts. Takes no_new_privs. */
    void enforce() {
        program.step("enforce the Landlock ruleset", "");
        program.call(Sys.LANDLOCK_RESTRICT_SELF, Argument.of(Bindings.RULESET), NIL);
        program.call(Sys.CLOSE, Argument.of(Bindings.RULESET));
    }
}
