package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.SyscallProgram;

/**
 * The plan of a sandbox that is made before its command is known. Its program reads its own rest;
 * the same for every command, but for that.
 */
public final class Parked {
    /**
     * The most that a rest can be: the longest single argument that Linux takes, twice
     * (MAX_ARG_STRLEN, linux/binfmts.h).
     */
    static final int REST_BYTES = 1 << 18;

    private final Blueprint blueprint;
    private final ProgramBuilder parked;
    private final SandboxSpec spec;
    private final Site site;
    private final Kind kind;

    /**
     * How it waits, and ends.
     *
     * @param filtered whether the filter lets pass what there is to do while it waits and after:
     *     ppoll, read, write, chdir, and the end. If not it is put into force afterwards
     * @param endsAlone whether the init tells of the command's end only when nobody else is left in
     *     its pid namespace
     */
    public record Kind(boolean filtered, boolean endsAlone) {}

    Parked(Blueprint blueprint, ProgramBuilder parked, SandboxSpec spec, Site site, Kind kind) {
        this.blueprint = blueprint;
        this.parked = parked;
        this.spec = spec;
        this.site = site;
        this.kind = kind;
    }

    /** The plan up to where it waits. */
    public Blueprint blueprint() {
        return blueprint;
    }

    /** How it waits, and ends. */
    public Kind kind() {
        return kind;
    }

    /** The plan with a command, which must run as the user that it was made for. */
    public Blueprint with(Command command) {
        ProgramBuilder whole = parked.copy();
        new CommandSteps(whole, spec, command, site).resume(kind.filtered());
        SyscallProgram init = whole.build();
        return new Blueprint(blueprint.cloneFlags(), blueprint.entry(), init);
    }
}
