package io.bailey.sandbox.linux.container;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Temporary directories in the host's /tmp itself, which a sandbox must not see, whatever
 * java.io.tmpdir says.
 */
final class InTmp implements TempDirFactory {

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
            throws Exception {
        return Files.createTempDirectory(Path.of("/tmp"), "junit-");
    }
}
