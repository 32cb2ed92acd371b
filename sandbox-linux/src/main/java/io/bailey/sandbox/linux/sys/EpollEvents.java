package io.bailey.sandbox.linux.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A buffer for epoll_wait(2), owned by the one thread that waits. */
public final class EpollEvents {
    private final MemorySegment buffer;
    private final int capacity;

    public EpollEvents(int capacity) {
        this.capacity = capacity;
        this.buffer = Arena.ofAuto().allocate(capacity * Layouts.EPOLL_EVENT_BYTES, 8);
    }

    int capacity() {
        return capacity;
    }

    long address() {
        return buffer.address();
    }

    /** The EPOLL* bits of event {@code index}. */
    public int events(int index) {
        return Layouts.epollEvents(buffer, index);
    }

    /** The data given at registration. */
    public long data(int index) {
        return Layouts.epollData(buffer, index);
    }
}
