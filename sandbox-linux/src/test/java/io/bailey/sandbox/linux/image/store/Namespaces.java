package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import java.nio.file.Path;
import java.util.List;

/** JVMs in a mount namespace of their own, with a small tmpfs that nobody else sees. */
final class Namespaces {
    private Namespaces() {}

    /** Runs it with a tmpfs of so many MiB on a directory, whose name is its argument. */
    static ChildJvm run(Path directory, int mebibytes, Class<?> main) throws Exception {
        Powers.requireProgram("/usr/bin/unshare");
        Powers.require(Power.USERNS);
        String flags = Power.ROOT.isPresent() ? "-m" : "-rm";
        String mount = "mount -t tmpfs -o mode=0700,size=" + mebibytes + "m none \"$0\"";
        String setup =
                "exec unshare "
                        + flags
                        + " sh -c '"
                        + mount
                        + " && exec \"$@\"' "
                        + directory
                        + " \"$@\";";
        return ChildJvm.run(setup, List.of("-ea"), main, directory.toString());
    }
}
