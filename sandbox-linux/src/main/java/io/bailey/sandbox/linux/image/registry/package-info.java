/** Speaks the OCI distribution protocol. Knows no store: it gives bytes to whoever asked. */
@NullMarked
package io.bailey.sandbox.linux.image.registry;

import org.jspecify.annotations.NullMarked;
