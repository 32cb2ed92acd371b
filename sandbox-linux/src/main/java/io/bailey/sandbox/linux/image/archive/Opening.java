package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.image.tar.ByteSource;
import io.bailey.sandbox.linux.image.tar.LayerStream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Finds out what an archive is. */
final class Opening {

    private Opening() {}

    static Members members(Path archive, Path scratch, ImageLimits limits) {
        if (Files.isDirectory(archive)) {
            return DirectoryMembers.open(archive);
        }
        if (Files.exists(archive) && !Files.isRegularFile(archive)) {
            throw Trouble.of(
                    Kind.NOT_FOUND, "open archive", archive, "it is neither file nor directory");
        }
        try {
            return TarMembers.scan(plain(archive, scratch, limits), archive, limits);
        } catch (IOException e) {
            throw Trouble.io("open archive", archive, e);
        }
    }

    /** The file itself, or what it is when uncompressed. */
    private static FileChannel plain(Path archive, Path scratch, ImageLimits limits)
            throws IOException {
        FileChannel file = FileChannel.open(archive, StandardOpenOption.READ);
        boolean kept = false;
        try {
            ByteBuffer beginning = ByteBuffer.allocate(Packing.MAGIC);
            file.read(beginning, 0);
            kept = Packing.of(beginning.array()) == Packing.NONE;
            return kept ? file : unpacked(file, archive, scratch, limits);
        } finally {
            if (!kept) {
                file.close();
            }
        }
    }

    private static FileChannel unpacked(
            FileChannel file, Path archive, Path scratch, ImageLimits limits) throws IOException {
        FileChannel plain = nameless(scratch);
        try (LayerStream stream = LayerStream.openUnknown(file, limits, _ -> {})) {
            copy(stream.bytes(), plain);
            stream.finish();
            return plain;
        } catch (IOException broken) {
            plain.close();
            throw broken;
        } catch (ImageException broken) {
            plain.close();
            throw broken.during("uncompress archive", archive.toString());
        }
    }

    private static FileChannel nameless(Path scratch) throws IOException {
        Path name = scratch.resolve("archive-" + UUID.randomUUID());
        FileChannel file =
                FileChannel.open(
                        name,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE_NEW);
        Files.delete(name);
        return file;
    }

    private static void copy(ByteSource bytes, FileChannel into) throws IOException {
        for (ByteBuffer piece = bytes.next(); piece != null; piece = bytes.next()) {
            while (piece.hasRemaining()) {
                into.write(piece);
            }
        }
    }

    static Format format(Members members, ImageLimits limits) {
        if (members.has(OciLayout.MARK)) {
            // Docker 25 and later write both forms at once; this one has digests.
            return OciLayout.read(members, limits);
        }
        if (members.has(DockerArchive.MANIFEST)) {
            byte[] bytes = OciLayout.bytes(members, DockerArchive.MANIFEST, limits);
            JsonValue manifest = Json.parse(bytes, DockerArchive.MANIFEST);
            return manifest.isList()
                    ? DockerArchive.read(members, manifest, limits)
                    : SkopeoDirectory.read(members, bytes);
        }
        if (members.has(OldImages.NAMES)) {
            return DockerArchive.readOld(members, limits);
        }
        throw new ImageException(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                "read archive",
                members.title(),
                "it is no archive of images: there is neither oci-layout nor manifest.json",
                "a tar of a root file system is imported with importRootfs");
    }
}
