/**
 * Images as a whole: pulls, loads, keeps and finds them, by the rooms beneath. Knows nothing of
 * sandboxes and mounts.
 */
@NullMarked
package io.bailey.sandbox.linux.image;

import org.jspecify.annotations.NullMarked;
