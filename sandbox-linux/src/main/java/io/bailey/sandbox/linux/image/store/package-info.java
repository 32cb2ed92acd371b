/** What is kept on disk, by digest: published by rename, locked by digest, swept after the dead. */
@NullMarked
package io.bailey.sandbox.linux.image.store;

import org.jspecify.annotations.NullMarked;
