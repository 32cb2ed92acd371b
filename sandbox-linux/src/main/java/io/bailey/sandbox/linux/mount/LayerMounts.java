package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.mount.HostTrees.Attempt;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * The layers of an image as one read-only mount, detached: an overlay that takes them by
 * descriptor. Made once for an image and cloned for each sandbox, so it may cost what its layers
 * cost.
 */
public final class LayerMounts {
    /** A string of fsconfig(2) is at most 255 bytes long. */
    private static final int MOST_TEXT = 255;

    private final Linux linux;
    private final HostTrees trees;

    public LayerMounts(Linux linux) {
        this.linux = linux;
        this.trees = new HostTrees(linux);
    }

    /**
     * @param layers directories in overlay form, lowest first, at least one
     * @param userns a user namespace whose map the files' owners are seen through
     */
    public Attempt mount(List<String> layers, OptionalInt userns) {
        List<Integer> clones = new ArrayList<>();
        try {
            for (String layer : layers) {
                Attempt clone =
                        trees.clone(
                                new TreeSource.HostPath(layer),
                                false,
                                MountFlags.READ_ONLY,
                                userns);
                if (clone.failed()) {
                    return clone;
                }
                clones.add(clone.result());
            }
            // An overlay wants two layers at least, or one to write to.
            return clones.size() == 1 ? new Attempt(clones.removeFirst(), "") : overlay(clones);
        } finally {
            clones.forEach(linux::close);
        }
    }

    /** By what the kernel takes: descriptors (6.13), one name at a time (6.8), a line of names. */
    private Attempt overlay(List<Integer> layers) {
        Attempt byFd =
                overlay(fs -> each(layers, layer -> linux.fsconfigFd(fs, "lowerdir+", layer)));
        if (byFd.result() != -Errno.EINVAL) {
            return byFd;
        }
        Attempt byName =
                overlay(fs ->
                        each(layers, layer -> linux.fsconfigString(fs, "lowerdir+", name(layer))));
        if (byName.result() != -Errno.EINVAL) {
            return byName;
        }
        String line = String.join(":", layers.reversed().stream().map(LayerMounts::name).toList());
        return line.length() > MOST_TEXT
                ? new Attempt(-Errno.E2BIG, "name the layers of an overlay")
                : overlay(fs -> linux.fsconfigString(fs, "lowerdir", line));
    }

    private static String name(int fd) {
        return "/proc/self/fd/" + fd;
    }

    /** The highest layer comes first. */
    private static int each(List<Integer> layers, IntFunction<Integer> add) {
        for (int layer : layers.reversed()) {
            int result = add.apply(layer);
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    private Attempt overlay(IntFunction<Integer> addLayers) {
        int fs = linux.fsopen("overlay");
        if (fs < 0) {
            return new Attempt(fs, "fsopen overlay");
        }
        try {
            int result = addLayers.apply(fs);
            if (result < 0) {
                return new Attempt(result, "add the layers of an overlay");
            }
            // A layer could point out of itself with these, overlayfs.rst.
            result =
                    Math.min(
                            linux.fsconfigString(fs, "redirect_dir", "nofollow"),
                            linux.fsconfigString(fs, "metacopy", "off"));
            result = result < 0 ? result : linux.fsconfigCreate(fs);
            result = result < 0 ? result : linux.fsmount(fs, MountFlags.READ_ONLY.bits());
            return new Attempt(result, "mount an overlay of layers");
        } finally {
            linux.close(fs);
        }
    }
}
