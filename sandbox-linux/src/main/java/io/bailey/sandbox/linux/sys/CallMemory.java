package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Memory for the arguments of system calls: the top of a stack that each platform thread has, given
 * back by {@link #close()}, so that a call allocates nothing on the Java heap. What has no room
 * there, and what a virtual thread wants, of which there may be millions, is an arena's.
 *
 * <p>It is its thread's alone, and whoever opens it last closes it first.
 */
final class CallMemory implements SegmentAllocator, AutoCloseable {
    private static final int STACK_BYTES = 16 << 10;
    private static final int MOST_NESTED = 8;
    private static final ThreadLocal<CallMemory> OWN =
            ThreadLocal.withInitial(
                    () -> new CallMemory(Arena.ofAuto().allocate(STACK_BYTES, Long.BYTES)));

    private final MemorySegment stack;
    private final int[] marks = new int[MOST_NESTED];
    private final @Nullable Arena[] arenas = new Arena[MOST_NESTED];
    private int depth;
    private int top;

    private CallMemory(MemorySegment stack) {
        this.stack = stack;
    }

    /** All zeros, and gone with {@link #close()}. */
    static CallMemory open() {
        CallMemory memory =
                Thread.currentThread().isVirtual() ? new CallMemory(MemorySegment.NULL) : OWN.get();
        memory.marks[memory.depth++] = memory.top;
        return memory;
    }

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        long from = top + alignment - 1 & -alignment;
        if (from + bytes > stack.byteSize()) {
            return arena().allocate(bytes, alignment);
        }
        top = (int) (from + bytes);
        return stack.asSlice(from, bytes).fill((byte) 0);
    }

    @Override
    public MemorySegment allocate(MemoryLayout layout) {
        return allocate(layout.byteSize(), layout.byteAlignment());
    }

    /** The address of {@code text} in UTF-8 with a NUL behind it. */
    long text(String text) {
        // A NUL would silently cut the path off: every string has been checked before it gets here.
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL in a string for the kernel");
        }
        // Of three bytes at most is what UTF-8 makes of a char.
        long most = 3L * text.length() + 1;
        if (most > stack.byteSize() - top) {
            return arena().allocateFrom(text).address();
        }
        int from = top;
        stack.setString(from, text);
        long end = from;
        while (stack.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        top = (int) end + 1;
        return stack.address() + from;
    }

    // close() closes it.
    @SuppressWarnings("MustBeClosedChecker")
    private Arena arena() {
        Arena mine = arenas[depth - 1];
        if (mine == null) {
            mine = Arena.ofConfined();
            arenas[depth - 1] = mine;
        }
        return mine;
    }

    @Override
    public void close() {
        top = marks[--depth];
        Arena mine = arenas[depth];
        if (mine != null) {
            arenas[depth] = null;
            mine.close();
        }
    }
}
