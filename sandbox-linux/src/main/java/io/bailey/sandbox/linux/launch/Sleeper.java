package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.LinkedProgram;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Sys;

/** A program that only waits to be killed, by us or by the end of the JVM. */
final class Sleeper {
    static final LinkedProgram PROGRAM = write();

    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGKILL = 9;

    private Sleeper() {}

    private static LinkedProgram write() {
        ProgramBuilder program = new ProgramBuilder("sleeper");
        Argument nil = Argument.nil();
        program.step("wait to be killed", "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG),
                Argument.flags("SIGKILL", SIGKILL));
        program.call(Sys.PPOLL, nil, nil, nil, nil, nil);
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        return program.build().link();
    }
}
