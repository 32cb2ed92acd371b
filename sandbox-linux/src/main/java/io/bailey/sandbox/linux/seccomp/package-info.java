/**
 * From seccomp profiles, Docker's JSON or our own lists, to the classic BPF programs that the
 * kernel runs before each system call. Pure: it knows no other room, asks nothing of the machine
 * and installs nothing.
 */
@NullMarked
package io.bailey.sandbox.linux.seccomp;

import org.jspecify.annotations.NullMarked;
