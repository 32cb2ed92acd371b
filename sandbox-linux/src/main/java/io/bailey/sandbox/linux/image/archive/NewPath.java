package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Makes a file or directory that is there as a whole or not at all. */
final class NewPath {
    private static final String STEP = "write layout";

    private NewPath() {}

    /** Makes what shall be there, under another name. */
    @FunctionalInterface
    interface Maker {
        void make(Path temporary) throws IOException;
    }

    static void make(Path wanted, Maker maker) {
        Path target = wanted.toAbsolutePath();
        Path temporary = target.resolveSibling(".bailey-" + UUID.randomUUID());
        try {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            maker.make(temporary);
            rename(temporary, target);
            sync(temporary.resolveSibling("."));
        } catch (IOException e) {
            throw Trouble.io(STEP, target, e);
        } finally {
            remove(temporary);
        }
    }

    private static void rename(Path temporary, Path target) throws IOException {
        try (FileCalls calls = FileCalls.open()) {
            int result =
                    calls.renameat2(
                            Linux.AT_FDCWD,
                            RawNames.of(temporary.toString()),
                            Linux.AT_FDCWD,
                            RawNames.of(target.toString()),
                            FileCalls.RENAME_NOREPLACE);
            if (result == -Errno.EINVAL) {
                // The file system has no such rename; whoever comes between loses nothing but
                // what is as new as this.
                Files.move(temporary, target);
            } else if (result == -Errno.EEXIST) {
                throw new FileAlreadyExistsException(target.toString());
            } else if (result < 0) {
                throw Trouble.errno(STEP, target.toString(), result);
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What is left of it: files of our own making, in a directory nobody else knows. */
    private static void remove(Path temporary) {
        if (!Files.exists(temporary, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> found = Files.walk(temporary)) {
            List<Path> paths = found.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw Trouble.io("remove", temporary, e);
        }
    }
}
