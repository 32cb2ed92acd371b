package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests launch: says where it runs, what it reads, and ends with 7. */
public final class JvmMain {
    private JvmMain() {}

    public static void main(String[] args) throws IOException {
        System.out.println("arguments " + String.join(" ", args));
        System.out.println("pid " + ProcessHandle.current().pid());
        System.out.println("host " + Files.readString(Path.of("/proc/sys/kernel/hostname")));
        System.out.println("input " + new String(System.in.readAllBytes()));
        System.err.println("an error");
        System.exit(7);
    }
}
