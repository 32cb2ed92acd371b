package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.sys.Arch;

import java.util.HexFormat;

/**
 * The interpreter's machine code: position independent, no stack, no data of its own. Its source is
 * {@code src/main/asm/interpreter-x86_64.S}; {@code InterpreterCodeTest} assembles that and
 * compares.
 */
public final class InterpreterCode {
    /** Offset of {@code launch(clone_args, size, program)}: what the JVM calls. */
    public static final int LAUNCH = 0;

    /** Offset of the entry point of an init image. */
    static final int INIT_ENTRY = 32;

    /** Where the program of an init image lies; the interpreter has this number built in. */
    static final long INIT_PROGRAM = 0x401000;

    private static final String X86_64 =
            """
            4989d0b8b30100000f054885c07417c30000000000000000000000000000000041b8001040004c89c34c8da300040000
            410fb70424418a4c240e498b7c2410f6c1017404488b3c3b498b742418f6c1027404488b3433498b542420f6c1047404
            488b14134d8b542428f6c10874044e8b14134d8b442430f6c11074044e8b04034d8b4c24380f05483d00f0ffff775841
            0fb74c240c85c974044889040b4885c0750a410fb74c240a85c9752b410fb64c240285c97418498d54cc08410fb64424
            03483902730848ff02e962ffffff4983c440e959ffffffc1e1064c8da40b00040000e949ffffff89c2f7da418b4c2404
            38ca743ac1e90875f7488953104c89e14829d981e900040000c1e906894b0c488b3b488d7308ba10000000b801000000
            0f05bf7f000000b8e70000000f05410fb74c240885c9759fe96fffffff
            """;

    private InterpreterCode() {}

    /** The bytes for the architecture this JVM runs on. */
    public static byte[] bytes() {
        return switch (Arch.current()) {
            case X86_64 -> HexFormat.of().parseHex(X86_64.replace("\n", "").replace(" ", ""));
            case AARCH64 ->
                    throw new UnsupportedOperationException(
                            "Bailey's interpreter exists for x86-64 only as yet; this JVM runs on aarch64");
        };
    }
}
