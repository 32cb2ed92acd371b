/**
 * What outlives a JVM, or is seen by others: the state directory, one directory in it for each
 * container, logs on a disk, and volumes. It knows files; of what a container is, only what {@link
 * io.bailey.sandbox.ContainerInfo} says.
 */
@NullMarked
package io.bailey.sandbox.linux.container.state;

import org.jspecify.annotations.NullMarked;
