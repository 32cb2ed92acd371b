/**
 * Layers as archives with an index: merges the entries of all layers and writes an EROFS image that
 * points into them.
 */
@NullMarked
package io.bailey.sandbox.linux.image.erofs;

import org.jspecify.annotations.NullMarked;
