package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Anonymous memory of this process at a known address: for machine code, and for what it works on.
 */
public final class NativeMemory implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    private final Linux linux;
    private final MemorySegment segment;
    private final ByteBuffer bytes;

    private NativeMemory(Linux linux, MemorySegment segment) {
        this.linux = linux;
        this.segment = segment;
        this.bytes = segment.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * Maps {@code bytes} bytes, at most 2 GiB, readable and writable. Throws {@link
     * OutOfMemoryError} when the kernel has none.
     */
    public static NativeMemory map(Linux linux, long bytes) {
        long address =
                linux.call(
                        Sys.MMAP, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (address < 0 && address > -4096) {
            throw new OutOfMemoryError(
                    "mmap of " + bytes + " bytes: " + Errno.name((int) -address));
        }
        return new NativeMemory(linux, MemorySegment.ofAddress(address).reinterpret(bytes));
    }

    /** Makes it readable and executable and no longer writable. Returns 0 or −errno. */
    public int seal() {
        return (int) linux.call(Sys.MPROTECT, address(), segment.byteSize(), PROT_READ | PROT_EXEC);
    }

    public long address() {
        return segment.address();
    }

    public long size() {
        return segment.byteSize();
    }

    /** The same bytes, to be used with positions of one's own: it is the only one. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Copies {@code bytes} to {@code offset}. */
    public void put(long offset, byte[] bytes) {
        put(offset, bytes, bytes.length);
    }

    /** Copies the first {@code length} of {@code bytes} to {@code offset}. */
    public void put(long offset, byte[] bytes, int length) {
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, offset, length);
    }

    public void putLong(long offset, long value) {
        segment.set(JAVA_LONG, offset, value);
    }

    public int getInt(long offset) {
        return segment.get(JAVA_INT, offset);
    }

    public long getLong(long offset) {
        return segment.get(JAVA_LONG, offset);
    }

    @Override
    public void close() {
        long ignored = linux.call(Sys.MUNMAP, address(), segment.byteSize());
        assert ignored == 0;
    }
}
