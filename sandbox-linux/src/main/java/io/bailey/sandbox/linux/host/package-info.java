/**
 * What this kernel and this user can do: the facts a plan is made from, and the doctor's findings
 * with their fixes. It only looks; it must not change the host, start processes or know what a
 * sandbox is made of.
 */
@NullMarked
package io.bailey.sandbox.linux.host;

import org.jspecify.annotations.NullMarked;
