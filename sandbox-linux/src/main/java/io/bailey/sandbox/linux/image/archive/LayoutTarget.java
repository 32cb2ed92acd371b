package io.bailey.sandbox.linux.image.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Writes the files of a layout, all by names of our own. */
final class LayoutTarget {
    private static final int FILE_MODE = 0644;

    private LayoutTarget() {}

    static void directory(Map<String, LayoutFile> files, Path target) throws IOException {
        Files.createDirectory(target);
        for (Map.Entry<String, LayoutFile> file : files.entrySet()) {
            Path path = target.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            try (FileChannel channel = created(path)) {
                HashedFile hashed = new HashedFile(channel, path);
                file.getValue().give(hashed);
                hashed.finish();
                channel.force(false);
            }
        }
    }

    static void tar(Map<String, LayoutFile> files, Path target) throws IOException {
        try (FileChannel channel = created(target)) {
            HashedFile hashed = new HashedFile(channel, target);
            TarWriter tar = new TarWriter(hashed);
            Set<String> directories = new HashSet<>();
            for (Map.Entry<String, LayoutFile> file : files.entrySet()) {
                parents(tar, file.getKey(), directories);
                long size = file.getValue().descriptor().size();
                tar.entry(Entries.file(file.getKey(), FILE_MODE, size));
                file.getValue().give(tar::content);
            }
            tar.finish();
            hashed.finish();
            channel.force(false);
        }
    }

    private static void parents(TarWriter tar, String name, Set<String> made) {
        for (int slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
            String parent = name.substring(0, slash);
            if (made.add(parent)) {
                tar.entry(Entries.directory(parent));
            }
        }
    }

    private static FileChannel created(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }
}
