package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Directory trees, as wholes. */
final class Trees {
    private Trees() {}

    /** How many files and directories are below {@code root}. */
    static long count(Path root) throws IOException {
        long[] count = {-1};
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        count[0]++;
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        count[0]++;
                        return FileVisitResult.CONTINUE;
                    }
                });
        return count[0];
    }

    /** Copies a file or a tree, for everybody to read. */
    static void copy(Path from, Path to) throws IOException, InterruptedException {
        Shell.run("cp", "-r", from.toString(), to.toString());
        Shell.run("chmod", "-R", "a+rX", to.toString());
    }

    /** Removes them, if they are there. */
    static void remove(Path root) throws IOException, InterruptedException {
        Shell.run("rm", "-rf", root.toString());
    }
}
