/** The archives of layers: bytes in, verified entries out. Pure: it meets no file system. */
@NullMarked
package io.bailey.sandbox.linux.image.tar;

import org.jspecify.annotations.NullMarked;
