/**
 * Control groups: a fresh one per sandbox with every limit written before any process is in it, its
 * accounting and its removal, on cgroup v2 and on hosts that bind controllers to v1. It must not
 * know mounts, namespaces or launching.
 */
@NullMarked
package io.bailey.sandbox.linux.cgroup;

import org.jspecify.annotations.NullMarked;
