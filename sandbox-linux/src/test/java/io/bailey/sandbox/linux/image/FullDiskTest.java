package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Stores on disks that are full, or read-only. Nothing is mounted where others see it. */
class FullDiskTest {
    @TempDir Path temp;

    @Test
    void whatDoesNotFitLeavesNothingAndFitsLater() throws Exception {
        Powers.requireProgram("/usr/bin/unshare");
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.ROOT);
        Path disk = Files.createDirectory(temp.resolve("disk"));
        SampleImage sample = SampleImage.in(temp.resolve("layout"), 300);
        ChildJvm jvm =
                inNamespace(
                        "mount -t tmpfs -o mode=0700,size=16m none " + disk,
                        "full",
                        disk.toString(),
                        sample.layout().toString());
        assertThat(String.join("\n", jvm.lines())).endsWith("fine");
        assertThat(StoreTree.names(disk)).isEmpty();
    }

    /** With archives and an index, which a tmpfs cannot have. */
    @Test
    void norDoesItOnAFileSystemOfADisk() throws Exception {
        Powers.requireProgram("/usr/bin/unshare");
        Powers.requireProgram("/sbin/mkfs.ext4");
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.ROOT, Power.EROFS, Power.LOOP);
        Path disk = Files.createDirectory(temp.resolve("disk"));
        Path image = temp.resolve("image");
        SampleImage sample = SampleImage.in(temp.resolve("layout"), 300);
        ChildJvm jvm =
                inNamespace(
                        // Both the mount and its loop device go with the namespace.
                        "truncate -s 20M "
                                + image
                                + " && mkfs.ext4 -q -m 0 -O ^has_journal "
                                + image
                                + " && mount -o loop "
                                + image
                                + " "
                                + disk
                                + " && rmdir "
                                + disk
                                + "/lost+found && chmod 700 "
                                + disk,
                        "full",
                        disk.toString(),
                        sample.layout().toString());
        assertThat(String.join("\n", jvm.lines())).endsWith("fine");
        assertThat(StoreTree.names(disk)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aReadOnlyStoreCanBeReadOnly(LayerBackend backend) throws Exception {
        Powers.requireProgram("/usr/bin/unshare");
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.ROOT, Power.USERNS, Power.OVERLAY);
        if (backend == LayerBackend.TAR_INDEX) {
            Powers.require(Power.EROFS);
        }
        Path store = temp.resolve("store");
        try (Images images = Images.builder().store(store).backend(backend).open()) {
            images.load(SampleImage.in(temp.resolve("layout"), 60).layout(), "sample");
        }
        ChildJvm jvm =
                inNamespace(
                        "mount --bind "
                                + store
                                + " "
                                + store
                                + " && mount -o remount,bind,ro "
                                + store,
                        "readonly",
                        store.toString(),
                        temp.resolve("other").toString(),
                        "sample");
        assertThat(String.join("\n", jvm.lines())).endsWith("fine");
    }

    private static ChildJvm inNamespace(String mount, String... arguments) throws Exception {
        String setup = "exec unshare -m sh -c '" + mount + " && exec \"$@\"' sh \"$@\";";
        return ChildJvm.run(setup, List.of(), FullDiskMain.class, arguments);
    }
}
