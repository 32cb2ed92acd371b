/**
 * OCI images as roots of sandboxes: their names, their documents, and the store that holds them.
 *
 * <p>{@link io.bailey.sandbox.image.Images} pulls, loads and keeps images; an {@link
 * io.bailey.sandbox.image.Image} is one of them and a {@link io.bailey.sandbox.Rootfs}. The records
 * are those of the OCI image specification 1.1; whoever only runs sandboxes needs none of them.
 *
 * @since 0.1
 */
package io.bailey.sandbox.image;
