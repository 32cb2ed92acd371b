package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.InterpreterCode;
import io.bailey.sandbox.linux.program.LinkedProgram;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeCode;
import io.bailey.sandbox.linux.sys.NativeMemory;

import java.util.Map;

/**
 * clone3(2) from inside the JVM. After it the child may not run one line of Java (no GC, no
 * safepoints, no other threads), so the call is made by machine code of our own, which in the child
 * carries out the entry program and execs the init.
 *
 * <p>The child shares the JVM's memory until that exec (CLONE_VM: no page table is copied, so
 * neither heap size nor the number of threads costs anything), but uses none of it except its slot:
 * no stack, no thread-local storage.
 */
final class Trampoline {
    private static final int PAGE = 4096;
    private static final int SLOT_BYTES = 4 * PAGE;
    private static final int CLONE_ARGS_BYTES = 88;
    private static final int PIDFD = 96;
    private static final int PROGRAM = 128;

    private final NativeCode launch;
    private final Slots slots;

    Trampoline(Linux linux) {
        this.slots = new Slots(linux, SLOT_BYTES);
        byte[] bytes = InterpreterCode.bytes();
        NativeMemory code = NativeMemory.map(linux, PAGE);
        code.put(0, bytes);
        LaunchException.check(
                code.seal(), "make the trampoline executable", "mprotect(PROT_READ|PROT_EXEC)");
        this.launch = NativeCode.at(code, InterpreterCode.LAUNCH);
    }

    /**
     * A child; its memory slot is to be released when it has left the JVM's memory for certain,
     * that is when it has ended.
     */
    record Child(int pid, int pidfd, NativeMemory slot) {}

    Child launch(
            long flags,
            int cgroupFd,
            LinkedProgram entry,
            int statusFd,
            Map<Binding, Long> values) {
        NativeMemory slot = slots.take(PROGRAM + entry.size());
        long base = slot.address() + PROGRAM;
        entry.bind(slot.bytes(), PROGRAM, base, Blueprint.ENTRY_FAILED, statusFd, values);
        slot.putLong(0, flags);
        slot.putLong(8, slot.address() + PIDFD);
        slot.putLong(80, Math.max(0, cgroupFd));
        int pid = (int) launch.call(slot.address(), CLONE_ARGS_BYTES, base);
        if (pid < 0) {
            release(slot);
            throw new LaunchException("clone3", "the sandbox's first process", -pid);
        }
        return new Child(pid, slot.getInt(PIDFD), slot);
    }

    void release(NativeMemory slot) {
        slots.release(slot);
    }
}
