package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeMemory;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Memory that launches use one after the other: as many slots as were ever in use at one time, kept
 * for the life of the JVM.
 */
final class Slots {
    private static final int PAGE = 4096;

    private final Linux linux;
    private final int size;
    private final ConcurrentLinkedQueue<NativeMemory> free = new ConcurrentLinkedQueue<>();

    /**
     * Slots of {@code size} bytes, which nearly all need no more than.
     *
     * @param size a multiple of 4096
     */
    Slots(Linux linux, int size) {
        this.linux = linux;
        this.size = size;
    }

    /** At least {@code bytes}, holding anything. */
    NativeMemory take(int bytes) {
        if (bytes > size) {
            return NativeMemory.map(linux, (bytes + PAGE - 1) & -PAGE);
        }
        NativeMemory slot = free.poll();
        return slot == null ? NativeMemory.map(linux, size) : slot;
    }

    /** Nobody uses it any more. */
    void release(NativeMemory slot) {
        if (slot.size() == size) {
            free.add(slot);
        } else {
            slot.close();
        }
    }
}
