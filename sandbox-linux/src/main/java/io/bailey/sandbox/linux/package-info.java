/**
 * The engine of Bailey on Linux; nothing here is for callers, who use {@code io.bailey.sandbox}.
 */
@NullMarked
package io.bailey.sandbox.linux;

import org.jspecify.annotations.NullMarked;
