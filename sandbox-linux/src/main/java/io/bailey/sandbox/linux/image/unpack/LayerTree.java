package io.bailey.sandbox.linux.image.unpack;

/**
 * A layer, or a fix-up layer, as a directory in overlay form.
 *
 * @param tree a descriptor of its root directory
 * @param notes what was noted when it was made
 */
public record LayerTree(int tree, LayerNotes notes) {}
