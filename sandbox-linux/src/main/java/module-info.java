import org.jspecify.annotations.NullMarked;

/** Bailey's engine for Linux. Exports nothing: it is found by ServiceLoader. */
@NullMarked
module io.bailey.sandbox.linux {
    requires io.bailey.sandbox;
    requires com.github.benmanes.caffeine;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires java.net.http;
    requires static org.jspecify;
    // Events of the Flight Recorder; where that is recording, the module is there.
    requires static jdk.jfr;

    provides io.bailey.sandbox.spi.SandboxProvider with
            io.bailey.sandbox.linux.LinuxSandboxProvider;
}
