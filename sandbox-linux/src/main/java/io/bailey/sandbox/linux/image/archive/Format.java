package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Digest;

import java.util.List;
import java.util.Optional;

/** How an archive says what is in it. */
sealed interface Format permits OciLayout, DockerArchive, SkopeoDirectory {

    /** What it names, in its order. */
    List<Named> images();

    /** Opens the file that should have this digest; it may have another. */
    Optional<Member> blob(Digest digest);

    /** A document that was made here, because the archive has none; it has this digest. */
    default Optional<byte[]> made(Digest digest) {
        return Optional.empty();
    }
}
