/** Images in files: OCI layouts, Docker archives, tars of a root; and new layers. */
@NullMarked
package io.bailey.sandbox.linux.image.archive;

import org.jspecify.annotations.NullMarked;
