package io.bailey.sandbox.linux.image.unpack;

import java.util.List;
import java.util.Map;

/**
 * What the tree of a layer does not say of itself, kept beside it: what only the layers below can
 * complete. Paths are byte strings, relative to the tree and free of links.
 *
 * @param root whether the layer says what its root directory is like
 * @param implied directories that were made for what lies in them, without an entry of their own:
 *     what they are like, the layers below know
 * @param hollow the same for directories that have nothing but whiteouts in them: if no lower layer
 *     has them, there are none
 * @param opaque directories that hide what lower layers have in them; the root's path is empty
 * @param whiteouts names that the layer removes
 * @param links hard links to files that only a lower layer can have, in the order of the archive;
 *     the tree does not have them
 * @param entries entries of the archive
 * @param files regular files
 * @param directories directories, the implied ones among them
 * @param bytes what was written into files
 * @param devices device nodes that were left out, which an ordinary user cannot make
 * @param attributes extended attributes that were left out, by name, and how often: the file system
 *     or the user cannot have them
 */
public record LayerNotes(
        boolean root,
        List<String> implied,
        List<String> hollow,
        List<String> opaque,
        List<String> whiteouts,
        List<Link> links,
        long entries,
        long files,
        long directories,
        long bytes,
        long devices,
        Map<String, Long> attributes) {

    /** Creates notes of copies. */
    public LayerNotes {
        implied = List.copyOf(implied);
        hollow = List.copyOf(hollow);
        opaque = List.copyOf(opaque);
        whiteouts = List.copyOf(whiteouts);
        links = List.copyOf(links);
        attributes = Map.copyOf(attributes);
    }

    /**
     * A hard link whose target is in a lower layer.
     *
     * @param path where it is to be
     * @param target the file it is another name of
     */
    public record Link(String path, String target) {}
}
