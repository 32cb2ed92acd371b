package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.linux.image.erofs.ErofsMount;
import io.bailey.sandbox.linux.image.store.Ingest;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.unpack.UnpackOptions;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which way this process keeps layers in a store. */
final class Backends {
    /** CAP_SYS_ADMIN, CAP_SETGID, CAP_SETUID. */
    private static final long FOR_MOUNTING = 1L << 21 | 1L << 6 | 1L << 7;

    private static final Map<Path, Boolean> TRIED = new ConcurrentHashMap<>();

    private Backends() {}

    static Backend choose(Linux linux, Store store, ImagesSpec spec) {
        return of(
                linux,
                switch (spec.backend()) {
                    case AUTO ->
                            hasTarIndex(linux, store) ? LayerForm.TAR_INDEX : directories(linux);
                    case DIRECTORIES -> directories(linux);
                    case TAR_INDEX -> {
                        if (!hasTarIndex(linux, store)) {
                            throw noTarIndex(store);
                        }
                        yield LayerForm.TAR_INDEX;
                    }
                },
                spec.limits());
    }

    static Backend of(Linux linux, LayerForm form, ImageLimits limits) {
        return switch (form) {
            case TAR_INDEX -> new TarIndexBackend(limits);
            case DIRECTORIES, FLAT ->
                    new DirectoryBackend(
                            linux,
                            form,
                            mayMount(linux)
                                    ? UnpackOptions.privileged(limits)
                                    : UnpackOptions.rootless(limits));
        };
    }

    /** Tried out, for whether a file of the store can be mounted its file system decides. */
    static boolean hasTarIndex(Linux linux, Store store) {
        return mayMount(linux) && TRIED.computeIfAbsent(store.root(), _ -> works(linux, store));
    }

    /** In a store that may only be read, the image itself is the trial. */
    private static boolean works(Linux linux, Store store) {
        if (store.isReadOnly()) {
            return true;
        }
        try (Ingest ingest = store.ingest()) {
            return ErofsMount.works(linux, ingest.path());
        }
    }

    /**
     * Who may not mount has an image in one directory; as has a kernel before 6.8, whose overlay
     * would want all layers named in one line of 255 characters.
     */
    static LayerForm directories(Linux linux) {
        return mayMount(linux) && takesLayers(linux) ? LayerForm.DIRECTORIES : LayerForm.FLAT;
    }

    private static boolean takesLayers(Linux linux) {
        int fs = linux.fsopen("overlay");
        int result = fs < 0 ? fs : linux.fsconfigString(fs, "lowerdir+", "/");
        if (fs >= 0) {
            linux.close(fs);
        }
        return result >= 0;
    }

    /**
     * As the engine judges whether it mounts images itself. The root of a user namespace may mount,
     * but neither make devices nor write trusted attributes: it is an ordinary user here.
     */
    static boolean mayMount(Linux linux) {
        return (effectiveCapabilities(linux) & FOR_MOUNTING) == FOR_MOUNTING && hasEveryId(linux);
    }

    /** The line "CapEff:" of proc_pid_status(5), in hexadecimal. */
    private static long effectiveCapabilities(Linux linux) {
        return KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/status")
                .text()
                .lines()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    /** Only the initial user namespace maps every id to itself: user_namespaces(7). */
    private static boolean hasEveryId(Linux linux) {
        String map = KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/uid_map").text();
        return map.strip().replaceAll("\\s+", " ").equals("0 0 4294967295");
    }

    private static ImageException noTarIndex(Store store) {
        return new ImageException(
                Kind.UNSUPPORTED,
                "keep layers as archives with an index in",
                store.root().toString(),
                "this process or kernel cannot mount an EROFS image that is a file there",
                "run as root on Linux 6.12 or later with the store on ext4, XFS or Btrfs; or use"
                        + " LayerBackend.AUTO");
    }
}
