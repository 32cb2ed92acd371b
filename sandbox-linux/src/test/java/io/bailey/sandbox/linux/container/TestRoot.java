package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A root directory of a test's own: it borrows the host's programs and is empty otherwise. */
record TestRoot(Path path) {
    private static final List<String> PROGRAMS =
            List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");

    /** With every mount point that Bailey needs. */
    static TestRoot complete(Path parent) throws IOException {
        TestRoot root = bare(parent);
        for (String name : List.of("proc", "sys", "dev", "tmp", "etc", "root", "data")) {
            root.directory(name);
        }
        return root;
    }

    /** With the way to the host's programs and nothing else: every other mount point is missing. */
    static TestRoot bare(Path parent) throws IOException {
        TestRoot root = new TestRoot(parent.resolve("rootfs"));
        root.directory(".");
        for (String name : PROGRAMS) {
            Path host = Path.of("/" + name);
            if (Files.isSymbolicLink(host)) {
                Files.createSymbolicLink(root.path.resolve(name), Files.readSymbolicLink(host));
            } else if (Files.isDirectory(host)) {
                root.directory(name);
            }
        }
        return root;
    }

    /** Makes a directory that everyone may enter, whatever the umask of the test run. */
    Path directory(String name) throws IOException {
        Path made = Files.createDirectories(path.resolve(name));
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Makes a file that everyone may read. */
    Path file(String name, String content) throws IOException {
        Path made = Files.writeString(path.resolve(name), content);
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** A sandbox in it. */
    Sandbox.Builder sandbox() {
        return untimed().timeout(Sandboxes.PATIENCE);
    }

    /** The same for containers that outlive their JVM, which keeps no time for them. */
    Sandbox.Builder untimed() {
        Sandbox.Builder builder = Sandbox.builder().rootfs(path);
        for (String name : PROGRAMS) {
            Path host = Path.of("/" + name);
            if (Files.isDirectory(host) && !Files.isSymbolicLink(host)) {
                builder.mount(Mount.readOnly(host, "/" + name));
            }
        }
        return builder;
    }
}
