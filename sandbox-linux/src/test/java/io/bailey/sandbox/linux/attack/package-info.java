/**
 * Hostile programs, started in sandboxes, and what came of it. The programs are C, beside the
 * tests' resources; each does nothing unless it finds the marker of {@link
 * io.bailey.sandbox.linux.attack.Arena}. What is refused by whom is written to {@code
 * docs/containment.md}.
 */
@NullMarked
package io.bailey.sandbox.linux.attack;

import org.jspecify.annotations.NullMarked;
