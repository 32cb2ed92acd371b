package io.bailey.sandbox.linux.program;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/** Executables as bytes. */
final class Images {
    private Images() {}

    /** Written over what another launch has left. */
    static byte[] of(LinkedProgram program, int kind, int statusFd, Map<Binding, Long> values) {
        byte[] room = new byte[InitImage.room(program)];
        Arrays.fill(room, (byte) 0xA5);
        int length = InitImage.write(ByteBuffer.wrap(room), program, kind, statusFd, values);
        return Arrays.copyOf(room, length);
    }
}
