package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Reads an open directory by getdents64(2): names are bytes, and nothing is looked up. */
public final class DirectoryReader {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int RECORD_LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;
    private static final byte DT_DIR = 4;

    private DirectoryReader() {}

    /** Is told of each entry but {@code .} and {@code ..}. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param name the address of the name, which ends with a NUL; valid during the call
         * @param segment the same, for who keeps it
         * @param directory whether it is certainly a directory; file systems need not know
         */
        void entry(long name, MemorySegment segment, boolean directory);
    }

    /** The names in it, one char a byte (ISO-8859-1), in no order; or why it cannot be read. */
    public record Names(int result, List<String> names) {}

    /** Reads {@code path} relative to {@code dir}; links are not followed. */
    public static Names names(Linux linux, int dir, String path) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int fd = linux.openat(dir, path, flags, 0);
        if (fd < 0) {
            return new Names(fd, List.of());
        }
        try {
            List<String> names = new ArrayList<>();
            int r = visit(linux, fd, (address, name, directory) -> names.add(text(name)));
            return new Names(r, List.copyOf(names));
        } finally {
            linux.close(fd);
        }
    }

    /** Reads {@code fd} from where it is to its end. Returns 0 or −errno. */
    static int visit(Linux linux, int fd, Visitor visitor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
            while (true) {
                int n = (int) linux.call(Sys.GETDENTS64, fd, buffer.address(), BUFFER_BYTES);
                if (n <= 0) {
                    return n;
                }
                visit(buffer, n, visitor);
            }
        }
    }

    private static void visit(MemorySegment buffer, int length, Visitor visitor) {
        int at = 0;
        while (at < length) {
            int record = buffer.get(JAVA_SHORT, at + RECORD_LENGTH) & 0xFFFF;
            MemorySegment name = buffer.asSlice(at + NAME, record - NAME);
            if (!isDots(name)) {
                visitor.entry(name.address(), name, buffer.get(JAVA_BYTE, at + TYPE) == DT_DIR);
            }
            at += record;
        }
    }

    private static boolean isDots(MemorySegment name) {
        if (name.get(JAVA_BYTE, 0) != '.') {
            return false;
        }
        byte second = name.get(JAVA_BYTE, 1);
        return second == 0 || (second == '.' && name.get(JAVA_BYTE, 2) == 0);
    }

    private static String text(MemorySegment name) {
        return name.getString(0, ISO_8859_1);
    }
}
