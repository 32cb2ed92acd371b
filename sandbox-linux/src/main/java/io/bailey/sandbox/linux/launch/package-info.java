/**
 * From a plan to a running child and back to its end: the trampoline, id maps, standard streams,
 * the status pipe and the one reactor thread that waits for all of them. It must not know specs,
 * images or what a container's life is.
 */
@NullMarked
package io.bailey.sandbox.linux.launch;

import org.jspecify.annotations.NullMarked;
