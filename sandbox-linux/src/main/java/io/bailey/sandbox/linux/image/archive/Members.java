package io.bailey.sandbox.linux.image.archive;

import java.util.Optional;

/** The files of an archive by their names in it, wherever they lie. */
sealed interface Members extends AutoCloseable permits DirectoryMembers, TarMembers {

    /**
     * Opens a file. A link leads to another file of the archive or nowhere.
     *
     * @param name as documents write it, with slashes; hostile
     * @throws io.bailey.sandbox.image.ImageException of kind MALFORMED_DOCUMENT if it is not clear
     *     which file that is, or it is no file
     */
    Optional<Member> find(String name);

    /** What messages call it. */
    String title();

    @Override
    void close();

    /** The file, which must be there. */
    default Member need(String name) {
        return find(name)
                .orElseThrow(() -> Trouble.missing(title(), "there is no " + Shown.text(name)));
    }

    /** Is there such a file? */
    default boolean has(String name) {
        Optional<Member> found = find(name);
        found.ifPresent(Member::close);
        return found.isPresent();
    }
}
