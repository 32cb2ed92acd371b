/**
 * Layers as directories: makes the files of a layer, fd to fd, and mends what only the layers below
 * can tell.
 */
@NullMarked
package io.bailey.sandbox.linux.image.unpack;

import org.jspecify.annotations.NullMarked;
