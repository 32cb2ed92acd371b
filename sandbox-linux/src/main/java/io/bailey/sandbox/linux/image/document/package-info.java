/** The JSON documents of images, read strictly and with limits. Pure. */
@NullMarked
package io.bailey.sandbox.linux.image.document;

import org.jspecify.annotations.NullMarked;
