/**
 * From a spec, a command and what was found on the host to the programs that carry the sandbox out.
 * Pure: it opens nothing, asks nothing and starts nothing, so that its properties can be checked
 * without a kernel.
 */
@NullMarked
package io.bailey.sandbox.linux.plan;

import org.jspecify.annotations.NullMarked;
