/**
 * Mounts as operations of a program: file systems, binds, masks and the change of root, each
 * through the new mount API and each reached through a descriptor inside the new root, never by a
 * path of the host. It must not know a sandbox's spec.
 */
@NullMarked
package io.bailey.sandbox.linux.mount;

import org.jspecify.annotations.NullMarked;
