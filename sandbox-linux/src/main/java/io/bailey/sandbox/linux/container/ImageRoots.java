package io.bailey.sandbox.linux.container;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.linux.flight.Flight;
import io.bailey.sandbox.linux.image.Claim;
import io.bailey.sandbox.linux.image.ErofsIndex;
import io.bailey.sandbox.linux.image.ImageFiles;
import io.bailey.sandbox.linux.image.Mountable;
import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.LayerMounts;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * The images that are mounted: one mount for an image and a map of ids, shared. One that nobody
 * uses stays for a while, for the next sandbox of it would have to make it again.
 */
final class ImageRoots {
    private static final int MOST = 64;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Linux linux;
    private final HostTrees trees;
    private final LayerMounts layers;
    private final Cache<Key, ImageRoot> mounted;

    ImageRoots(Linux linux, HostTrees trees) {
        this.linux = linux;
        this.trees = trees;
        this.layers = new LayerMounts(linux);
        this.mounted =
                Caffeine.newBuilder()
                        .maximumSize(MOST)
                        .expireAfterAccess(IDLE)
                        .scheduler(Scheduler.systemScheduler())
                        .<Key, ImageRoot>evictionListener((key, root, cause) -> evict(root))
                        .build();
        ImageFiles.whenWanted(this::letGo);
    }

    /**
     * @param top the ChainID of its last layer
     * @param userns the map its owners are seen through
     */
    private record Key(Path store, String top, OptionalInt userns) {}

    /** Unmounting waits for RCU: not on the thread of whoever starts a sandbox of another. */
    private static void evict(@Nullable ImageRoot root) {
        if (root != null) {
            Thread.ofPlatform().name("bailey-unmount").daemon(true).start(root::release);
        }
    }

    /** Mounts of images in {@code store} stay only as long as somebody uses them. */
    private void letGo(Path store) {
        for (Key key : mounted.asMap().keySet()) {
            if (key.store().equals(store)) {
                Optional.ofNullable(mounted.asMap().remove(key)).ifPresent(ImageRoot::release);
            }
        }
    }

    /**
     * The mount of {@code image}, with one user more.
     *
     * @throws io.bailey.sandbox.image.ImageException if it is not in its store
     */
    ImageRoot of(Image image, OptionalInt userns) {
        String top = image.layers().isEmpty() ? "" : image.layers().getLast().chainId().toString();
        Key key = new Key(image.store(), top, userns);
        Optional<ImageRoot> there =
                Optional.ofNullable(mounted.getIfPresent(key)).filter(ImageRoot::retain);
        // Made while nothing is locked: it may have to be unpacked first.
        return there.orElseGet(() -> keep(key, mount(image, userns)));
    }

    /** Of two that were made at once, one stays. */
    private ImageRoot keep(Key key, ImageRoot made) {
        boolean ours = made.retain();
        assert ours;
        while (true) {
            ImageRoot raced = mounted.asMap().putIfAbsent(key, made);
            if (raced == null) {
                return made;
            }
            if (raced.retain()) {
                made.release();
                made.release();
                return raced;
            }
            // The last of its users has just gone.
            mounted.asMap().remove(key, raced);
        }
    }

    private ImageRoot mount(Image image, OptionalInt userns) {
        Flight.Span<Flight.Mount> flight = Flight.mount();
        Claim claim = ImageFiles.claim(linux, image);
        try {
            Supplier<HostTrees.Attempt> make = () -> attempt(claim.files(), userns);
            HostTrees.Attempt made = make.get();
            if (made.failed()) {
                throw failure(image, made);
            }
            flight.end(new Flight.Mount(image.toString(), image.layers().size()));
            return new ImageRoot(
                    image.toString(), linux, trees, linux.own(made.result()), make, claim);
        } catch (RuntimeException failure) {
            claim.close();
            throw failure;
        }
    }

    private HostTrees.Attempt attempt(Mountable files, OptionalInt userns) {
        return switch (files) {
            case Mountable.Indexed indexed ->
                    trees.idmapped(ErofsIndex.mount(linux, indexed), userns);
            case Mountable.Stacked stacked ->
                    layers.mount(stacked.trees().stream().map(Path::toString).toList(), userns);
            case Mountable.Flat flat -> layers.mount(List.of(flat.tree().toString()), userns);
        };
    }

    private static SandboxSetupException failure(Image image, HostTrees.Attempt made) {
        int errno = -made.result();
        return new SandboxSetupException(
                made.step(),
                Errno.name(errno),
                image.toString(),
                Shortage.or(errno, "Images.verify() says whether its files are whole"));
    }
}
