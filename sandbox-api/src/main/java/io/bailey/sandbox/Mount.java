package io.bailey.sandbox;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Something that appears at a path of the sandbox, over what the root file system has there.
 *
 * <p>A target is an absolute path inside the sandbox in its one normalized spelling: no {@code .},
 * {@code ..} or empty part, not {@code /} itself, no NUL, at most 4,095 bytes of UTF-8. It is
 * walked without ever leaving the sandbox's root. Mounts are made in the order given, so a later
 * one may hide an earlier one beneath it.
 *
 * <p>A source is resolved at each start; give no sandbox a writable path above a source of another.
 * Above its own it may have one: no symbolic link beneath that is followed to the source.
 *
 * @since 0.1
 */
public sealed interface Mount {

    /**
     * Returns where in the sandbox this appears.
     *
     * @return an absolute, normalized path
     */
    String target();

    /**
     * Shows a file or directory of the host, with everything mounted below it, read-only.
     *
     * @param source a path on the host; made absolute, and resolved at each start
     * @param target where it appears
     * @return the mount
     * @throws SandboxConfigException if the target is not as described above, or the source not in
     *     the default file system
     */
    static Mount readOnly(Path source, String target) {
        return new Bind(source, target, true);
    }

    /**
     * Shows a file or directory of the host, with everything mounted below it, for reading and
     * writing. Writes stay on the host, a target that another mount needs in it too.
     *
     * <p>Under a root JVM the mount is idmapped ({@code mount_setattr(2)}), except with {@link
     * IdMap#SINGLE} and {@link IdMap#HOST}: the sandbox's root meets the files of the host's root
     * as its own, and what it makes here belongs to root on the host, set-user-id programs
     * included. Give it a directory that no other user of the host can reach. For an ordinary
     * user's JVM, and where the file system cannot be idmapped, what is allowed depends on the host
     * id behind the sandbox's user, see {@link IdMap}.
     *
     * @param source a path on the host; made absolute, and resolved at each start
     * @param target where it appears
     * @return the mount
     * @throws SandboxConfigException if the target is not as described above, or the source not in
     *     the default file system
     */
    static Mount readWrite(Path source, String target) {
        return new Bind(source, target, false);
    }

    /**
     * An empty writable directory in memory that is gone with the sandbox, see {@code tmpfs(5)}.
     * What it holds counts against {@link Sandbox.Builder#memory(MemorySize)} too.
     *
     * @param target where it appears
     * @param size the most it holds, as {@link MemorySize#parse(String)} reads it
     * @return the mount
     * @throws SandboxConfigException if the target is not as described above, or the size not
     *     positive
     */
    static Mount tmpfs(String target, String size) {
        return new Tmpfs(target, MemorySize.parse("tmpfs size", size));
    }

    /**
     * An empty writable directory in memory that is gone with the sandbox, see {@code tmpfs(5)}.
     * What it holds counts against {@link Sandbox.Builder#memory(MemorySize)} too.
     *
     * @param target where it appears
     * @param size the most it holds
     * @return the mount
     * @throws SandboxConfigException if the target is not as described above, or the size is zero
     */
    static Mount tmpfs(String target, MemorySize size) {
        return new Tmpfs(target, size);
    }

    /**
     * A volume: a writable directory with a name, made when it is first used, that outlives its
     * containers and may be in several at once, see {@link Volumes}. Who owns what is written to it
     * is as for {@link #readWrite}.
     *
     * @param name 1 to 128 of {@code A-Z a-z 0-9 _ . -}, beginning with a letter or digit
     * @param target where it appears
     * @return the mount
     * @throws SandboxConfigException if the name or the target is not as described
     */
    static Mount volume(String name, String target) {
        return new Volume(name, target);
    }

    /**
     * A read-only file with the given content, mode 0444, that is on no disk.
     *
     * @param content the content; copied
     * @param target where it appears
     * @return the mount
     * @throws SandboxConfigException if the target is not as described above
     */
    static Mount file(byte[] content, String target) {
        return new File(content, target);
    }

    /**
     * A file or directory of the host.
     *
     * @param source a path on the host, absolute
     * @param target where it appears
     * @param readOnly whether writes are refused
     * @since 0.1
     */
    record Bind(Path source, String target, boolean readOnly) implements Mount {

        /**
         * Creates a bind mount.
         *
         * @throws SandboxConfigException if the target is not as {@link Mount} describes, or the
         *     source not in the default file system
         */
        public Bind {
            source = InsidePath.onHost("mount source", source);
            InsidePath.belowRoot("mount target", target);
        }
    }

    /**
     * An empty directory in memory.
     *
     * @param target where it appears
     * @param size the most it holds; positive
     * @since 0.1
     */
    record Tmpfs(String target, MemorySize size) implements Mount {

        /**
         * Creates a mount of a file system in memory.
         *
         * @throws SandboxConfigException if the target is not as {@link Mount} describes, or the
         *     size is zero
         */
        public Tmpfs {
            InsidePath.belowRoot("mount target", target);
            if (size.bytes() == 0) {
                // tmpfs(5) takes a size of 0 for "no limit".
                throw new SandboxConfigException(
                        "tmpfs size: 0 for " + Text.quote(target) + "; it must be positive");
            }
        }
    }

    /**
     * A named directory that outlives its containers.
     *
     * @param name its name
     * @param target where it appears
     * @since 0.1
     */
    record Volume(String name, String target) implements Mount {

        /**
         * Creates a mount of a volume.
         *
         * @throws SandboxConfigException if the name or the target is not as {@link Mount}
         *     describes
         */
        public Volume {
            SpecRules.name(name);
            InsidePath.belowRoot("mount target", target);
        }
    }

    /**
     * A read-only file, mode 0444.
     *
     * @param content the content
     * @param target where it appears
     * @since 0.1
     */
    @SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
    record File(byte[] content, String target) implements Mount {

        /**
         * Creates a mount of a file with a copy of the content.
         *
         * @throws SandboxConfigException if the target is not as {@link Mount} describes
         */
        public File {
            InsidePath.belowRoot("mount target", target);
            content = content.clone();
        }

        /**
         * Returns the content.
         *
         * @return a copy
         */
        @Override
        public byte[] content() {
            return content.clone();
        }

        @Override
        @SuppressWarnings("exports") // callers need JSpecify only if they want its checks
        public boolean equals(@Nullable Object other) {
            return other instanceof File file
                    && target.equals(file.target)
                    && Arrays.equals(content, file.content);
        }

        @Override
        public int hashCode() {
            return 31 * target.hashCode() + Arrays.hashCode(content);
        }

        /** Returns the target and the length; the content may be a secret. */
        @Override
        public String toString() {
            return "File[content=" + content.length + " bytes, target=" + target + "]";
        }
    }
}
