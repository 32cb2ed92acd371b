package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.image.Claim;
import io.bailey.sandbox.linux.image.ErofsIndex;
import io.bailey.sandbox.linux.image.ImageFiles;
import io.bailey.sandbox.linux.image.Mountable;
import io.bailey.sandbox.linux.mount.LayerMounts;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** An image, mounted by Bailey as for a sandbox: read-only, by a descriptor. */
final class OurMount implements AutoCloseable {
    private final Linux linux = Linux.host();
    private final Claim claim;
    private final Fd mount;

    OurMount(Image image) throws IOException {
        this.claim = ImageFiles.claim(linux, image);
        int fd = mount(claim.files());
        if (fd < 0) {
            claim.close();
            throw new IOException("cannot mount " + image + ": errno " + -fd);
        }
        this.mount = linux.own(fd);
    }

    private int mount(Mountable files) {
        return switch (files) {
            case Mountable.Indexed indexed -> ErofsIndex.mount(linux, indexed);
            case Mountable.Stacked stacked -> mount(stacked.trees());
            case Mountable.Flat flat -> mount(List.of(flat.tree()));
        };
    }

    private int mount(List<Path> trees) {
        return new LayerMounts(linux)
                .mount(trees.stream().map(Path::toString).toList(), OptionalInt.empty())
                .result();
    }

    /** A name of its root that this process can use. */
    Path root() {
        return Path.of("/proc/self/fd/" + mount.number() + "/.");
    }

    Fd fd() {
        return mount;
    }

    /** What it is made of. */
    Mountable files() {
        return claim.files();
    }

    @Override
    public void close() {
        mount.close();
        claim.close();
    }
}
