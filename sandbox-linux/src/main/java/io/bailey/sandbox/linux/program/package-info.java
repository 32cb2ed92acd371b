/**
 * A program of system calls as data: operations, their strings and structs, the interpreter that
 * carries them out, and the listing a person can read. It must not know what the program is for,
 * nor run anything.
 */
@NullMarked
package io.bailey.sandbox.linux.program;

import org.jspecify.annotations.NullMarked;
