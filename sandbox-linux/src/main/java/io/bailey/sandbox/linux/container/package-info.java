/**
 * The life of sandboxes: what is gathered on the host, the launch, limits that need watching, the
 * result, and the registry of the living. Everything a caller holds is made here.
 */
@NullMarked
package io.bailey.sandbox.linux.container;

import org.jspecify.annotations.NullMarked;
