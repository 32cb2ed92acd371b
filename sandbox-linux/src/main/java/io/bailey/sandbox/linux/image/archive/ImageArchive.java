package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.Platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Images in a file or directory that somebody else made: an OCI image layout, a Docker archive of
 * any age, or the {@code dir:} form of skopeo. Hostile until verified: every blob is checked
 * against its digest as it is copied out, and no name in it becomes a path of this host. Several
 * threads may read it at once.
 */
public final class ImageArchive implements AutoCloseable {
    private final Members members;
    private final Format format;
    private final ImageLimits limits;

    private ImageArchive(Members members, Format format, ImageLimits limits) {
        this.members = members;
        this.format = format;
        this.limits = limits;
    }

    /**
     * Opens an archive.
     *
     * @param archive a directory, or a tar, plain or compressed
     * @param scratch the directory that a compressed tar is uncompressed to; the file has no name
     *     there and is gone when this is closed, or the process killed
     * @throws ImageException of kind UNSUPPORTED_MEDIA_TYPE if it is no archive of images, and
     *     others
     */
    public static ImageArchive open(Path archive, Path scratch, ImageLimits limits) {
        Members members = Opening.members(archive, scratch, limits);
        try {
            return new ImageArchive(members, Opening.format(members, limits), limits);
        } catch (ImageException broken) {
            members.close();
            throw broken.during("open archive", members.title());
        }
    }

    /** What is in it, in its order; a manifest with two names is there twice. */
    public List<Named> images() {
        return format.images();
    }

    /**
     * One of the images for a platform, its manifest and config verified.
     *
     * @throws ImageException of kind NO_SUCH_PLATFORM if it is for other ones, and others
     */
    public ArchivedImage image(Named named, Platform platform) {
        Resolution resolution = new Resolution(this, platform, limits);
        return resolution.of(named).orElseThrow(() -> resolution.nothing(members.title()));
    }

    /**
     * The first of the images that is for a platform.
     *
     * @throws ImageException of kind NO_SUCH_PLATFORM if none is, NOT_FOUND if there are no images
     */
    public ArchivedImage first(Platform platform) {
        if (images().isEmpty()) {
            throw Trouble.missing(members.title(), "there is no image in it");
        }
        Resolution resolution = new Resolution(this, platform, limits);
        for (Named named : images()) {
            Optional<ArchivedImage> found = resolution.of(named);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw resolution.nothing(members.title());
    }

    /** A document, verified. */
    byte[] document(Descriptor descriptor) {
        Optional<byte[]> made = format.made(descriptor.digest());
        if (made.isPresent()) {
            return made.get();
        }
        try (Member member = open(descriptor)) {
            byte[] bytes = member.bytes(limits.document().bytes());
            MessageDigest hash = descriptor.digest().algorithm().start();
            hash.update(bytes);
            check(member, descriptor, hash);
            return bytes;
        }
    }

    /**
     * Copies a blob to where {@code into} stands.
     *
     * @throws ImageException of kind DIGEST_MISMATCH if its size or digest is not as said,
     *     NOT_FOUND if it is not there; what was copied until then is worth nothing
     */
    public void copyBlob(Descriptor blob, FileChannel into) {
        Optional<byte[]> made = format.made(blob.digest());
        if (made.isPresent()) {
            write(blob, ByteBuffer.wrap(made.get()), into);
            return;
        }
        try (Member member = open(blob)) {
            MessageDigest hash = blob.digest().algorithm().start();
            member.read(piece -> {
                hash.update(piece.duplicate());
                write(blob, piece, into);
            });
            check(member, blob, hash);
        }
    }

    private static void write(Descriptor blob, ByteBuffer piece, FileChannel into) {
        try {
            while (piece.hasRemaining()) {
                into.write(piece);
            }
        } catch (IOException e) {
            throw Trouble.io("write", blob.digest(), e);
        }
    }

    private Member open(Descriptor descriptor) {
        Member member =
                format.blob(descriptor.digest())
                        .orElseThrow(() ->
                                Trouble.missing(
                                        members.title(),
                                        "there is no blob " + descriptor.digest()));
        if (member.size() != descriptor.size()) {
            member.close();
            throw mismatch(member, "has " + member.size() + " bytes, not " + descriptor.size());
        }
        return member;
    }

    private static void check(Member member, Descriptor said, MessageDigest hash) {
        Digest actual = Digest.of(said.digest().algorithm(), hash);
        if (!actual.equals(said.digest())) {
            throw mismatch(member, "is " + actual + ", not " + said.digest());
        }
    }

    private static ImageException mismatch(Member member, String reason) {
        return Trouble.of(Kind.DIGEST_MISMATCH, "read archive", member.name(), reason);
    }

    @Override
    public void close() {
        members.close();
    }
}
