import org.jspecify.annotations.NullMarked;

/**
 * The vocabulary of Bailey: what to run, in which sandbox, under which limits, and what came of it.
 *
 * <p>This module has no engine. {@link io.bailey.sandbox.Sandbox} finds one with {@link
 * java.util.ServiceLoader}; on Linux that is the artifact {@code io.bailey:sandbox-linux}.
 *
 * <p>No parameter, component or return value of this module is ever {@code null}: passing {@code
 * null} raises a {@link NullPointerException}, and a value that may be absent is an {@link
 * java.util.Optional}.
 *
 * @since 0.1
 */
@NullMarked
module io.bailey.sandbox {
    requires static org.jspecify;

    exports io.bailey.sandbox;
    exports io.bailey.sandbox.image;
    exports io.bailey.sandbox.spi;

    uses io.bailey.sandbox.spi.SandboxProvider;
}
