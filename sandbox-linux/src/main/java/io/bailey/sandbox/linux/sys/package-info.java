/**
 * The kernel as C-shaped methods: a system call is a method that returns a value or −errno. The
 * only room that knows {@code java.lang.foreign}, system call numbers and struct layouts; it must
 * not know what a sandbox is.
 */
@NullMarked
package io.bailey.sandbox.linux.sys;

import org.jspecify.annotations.NullMarked;
