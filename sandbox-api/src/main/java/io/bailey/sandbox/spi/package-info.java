/**
 * The door between the vocabulary and an engine: one interface that an engine provides through
 * {@link java.util.ServiceLoader}.
 *
 * <p>Callers of the library never need this room, and it must not know any engine.
 *
 * @since 0.1
 */
package io.bailey.sandbox.spi;
