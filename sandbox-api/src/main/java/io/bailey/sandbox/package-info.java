/**
 * The public types of Bailey: recipes ({@link io.bailey.sandbox.Sandbox}), commands ({@link
 * io.bailey.sandbox.Command}), living instances ({@link io.bailey.sandbox.Container}) and answers
 * ({@link io.bailey.sandbox.Result}).
 *
 * <p>This room knows words and their rules only. It must not know how a kernel is asked for
 * anything: no files are read, no host is probed and no process is started here; that is the
 * engine's work, behind {@link io.bailey.sandbox.spi}.
 *
 * <p>A member without a {@code @since} of its own arrived together with its type.
 *
 * @serial exclude
 * @since 0.1
 */
package io.bailey.sandbox;
