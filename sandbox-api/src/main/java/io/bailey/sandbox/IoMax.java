package io.bailey.sandbox;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.StringJoiner;

/**
 * The most that a sandbox may read from and write to one disk, {@code io.max} of the kernel's
 * cgroup-v2.rst. The disk is named by a path on it, not by numbers that change with the next boot.
 *
 * {@snippet :
 * builder.ioMax(IoMax.of(Path.of("/var/lib/data")).readBytes(50_000_000).writeOps(200));
 * }
 *
 * @param path a file or directory of the host on that disk, absolute
 * @param readBytes bytes read per second, positive
 * @param writeBytes bytes written per second, positive
 * @param readOps reads per second, positive
 * @param writeOps writes per second, positive
 * @since 0.1
 */
public record IoMax(
        Path path,
        OptionalLong readBytes,
        OptionalLong writeBytes,
        OptionalLong readOps,
        OptionalLong writeOps) {

    /**
     * Creates a limit of one disk.
     *
     * @throws SandboxConfigException if a number is not positive, or the path not in the default
     *     file system
     */
    public IoMax {
        path = InsidePath.onHost("ioMax", path);
        readBytes.ifPresent(value -> LimitRules.rate("readBytes", value));
        writeBytes.ifPresent(value -> LimitRules.rate("writeBytes", value));
        readOps.ifPresent(value -> LimitRules.rate("readOps", value));
        writeOps.ifPresent(value -> LimitRules.rate("writeOps", value));
    }

    /**
     * Returns a limit that does not limit yet.
     *
     * @param path a file or directory of the host; made absolute
     * @return no limit on the disk it is on
     * @throws SandboxConfigException if it is not in the default file system
     */
    public static IoMax of(Path path) {
        return new IoMax(
                path,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    /**
     * Returns a copy that limits the bytes read.
     *
     * @param perSecond the most per second, positive
     * @return the changed copy
     * @throws SandboxConfigException if it is not positive
     */
    public IoMax readBytes(long perSecond) {
        return new IoMax(path, OptionalLong.of(perSecond), writeBytes, readOps, writeOps);
    }

    /**
     * Returns a copy that limits the bytes written.
     *
     * @param perSecond the most per second, positive
     * @return the changed copy
     * @throws SandboxConfigException if it is not positive
     */
    public IoMax writeBytes(long perSecond) {
        return new IoMax(path, readBytes, OptionalLong.of(perSecond), readOps, writeOps);
    }

    /**
     * Returns a copy that limits the number of reads.
     *
     * @param perSecond the most per second, positive
     * @return the changed copy
     * @throws SandboxConfigException if it is not positive
     */
    public IoMax readOps(long perSecond) {
        return new IoMax(path, readBytes, writeBytes, OptionalLong.of(perSecond), writeOps);
    }

    /**
     * Returns a copy that limits the number of writes.
     *
     * @param perSecond the most per second, positive
     * @return the changed copy
     * @throws SandboxConfigException if it is not positive
     */
    public IoMax writeOps(long perSecond) {
        return new IoMax(path, readBytes, writeBytes, readOps, OptionalLong.of(perSecond));
    }

    /** Returns the path and what is limited, such as {@code "/data:rbps=1000"}. */
    @Override
    public String toString() {
        StringJoiner set = new StringJoiner(",", path + ":", "");
        readBytes.ifPresent(value -> set.add("rbps=" + value));
        writeBytes.ifPresent(value -> set.add("wbps=" + value));
        readOps.ifPresent(value -> set.add("riops=" + value));
        writeOps.ifPresent(value -> set.add("wiops=" + value));
        return set.toString();
    }
}
