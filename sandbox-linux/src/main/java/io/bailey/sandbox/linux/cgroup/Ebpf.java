package io.bailey.sandbox.linux.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An assembler for the few eBPF instructions a device policy takes.
 *
 * <p>Each instruction is 8 bytes: opcode, destination register (low half) and source register of
 * the next, a 16-bit offset, a 32-bit immediate. An opcode's lowest three bits are its class; the
 * others depend on it. Documentation/bpf/standardization/instruction-set.rst.
 */
final class Ebpf {
    /** {@code BPF_LDX | BPF_W | BPF_MEM}: dst = *(u32 *) (src + offset), upper half zero. */
    static final int LDX_W = 0x61;

    /** {@code BPF_ALU64 | BPF_MOV | BPF_X}: dst = src. */
    static final int MOV_REGISTER = 0xbf;

    /** {@code BPF_ALU64 | BPF_MOV | BPF_K}: dst = immediate. */
    static final int MOV = 0xb7;

    /** {@code BPF_ALU64 | BPF_AND | BPF_K}: dst and the immediate. */
    static final int AND = 0x57;

    /** {@code BPF_ALU64 | BPF_RSH | BPF_K}: dst >>>= immediate. */
    static final int SHIFT_RIGHT = 0x77;

    /** {@code BPF_JMP | BPF_JNE | BPF_K}: jump if dst differs from the immediate. */
    static final int JUMP_IF_NOT = 0x55;

    /** {@code BPF_JMP | BPF_JSET | BPF_K}: jump if dst and the immediate share a bit. */
    static final int JUMP_IF_ANY = 0x45;

    /** {@code BPF_JMP | BPF_EXIT}: return register 0. */
    static final int EXIT = 0x95;

    /** What the program returns. */
    static final int R0 = 0;

    /** What it is given: a pointer. */
    static final int R1 = 1;

    private static final int BYTES = 8;

    private final List<Instruction> instructions = new ArrayList<>();

    /** A place further on in the program, where jumps lead. */
    static final class Label {
        private int at = -1;
    }

    private record Instruction(int opcode, int dst, int src, int offset, int imm, Label target) {
        private static final Label NOWHERE = new Label();

        void encode(ByteBuffer out, int index) {
            int distance = target == NOWHERE ? offset : target.at - index - 1;
            out.put((byte) opcode)
                    .put((byte) (src << 4 | dst))
                    .putShort((short) distance)
                    .putInt(imm);
        }
    }

    Ebpf load(int dst, int src, int offset) {
        return add(new Instruction(LDX_W, dst, src, offset, 0, Instruction.NOWHERE));
    }

    Ebpf copy(int dst, int src) {
        return add(new Instruction(MOV_REGISTER, dst, src, 0, 0, Instruction.NOWHERE));
    }

    /** {@link #MOV}, {@link #AND} or {@link #SHIFT_RIGHT}. */
    Ebpf compute(int opcode, int dst, int imm) {
        return add(new Instruction(opcode, dst, 0, 0, imm, Instruction.NOWHERE));
    }

    /** {@link #JUMP_IF_NOT} or {@link #JUMP_IF_ANY}, forwards: the kernel refuses loops. */
    Ebpf jump(int opcode, int dst, int imm, Label to) {
        return add(new Instruction(opcode, dst, 0, 0, imm, to));
    }

    Ebpf place(Label label) {
        label.at = instructions.size();
        return this;
    }

    /** Return {@code value}. */
    Ebpf answer(int value) {
        return compute(MOV, R0, value).add(new Instruction(EXIT, 0, 0, 0, 0, Instruction.NOWHERE));
    }

    private Ebpf add(Instruction instruction) {
        instructions.add(instruction);
        return this;
    }

    /** The program as bpf(2) takes it, in the byte order of the architectures Bailey knows. */
    byte[] assemble() {
        ByteBuffer out =
                ByteBuffer.allocate(BYTES * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < instructions.size(); i++) {
            instructions.get(i).encode(out, i);
        }
        return out.array();
    }
}
