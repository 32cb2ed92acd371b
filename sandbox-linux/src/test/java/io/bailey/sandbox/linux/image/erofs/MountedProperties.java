package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel shows of an image is what the specification says. */
@AddLifecycleHook(MountedProperties.WithErofs.class)
class MountedProperties {
    /** An aborted try is a failed one to jqwik: so it is asked before. */
    static final class WithErofs implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            try {
                Powers.require(Power.EROFS);
                return SkipResult.doNotSkip();
            } catch (TestAbortedException missing) {
                return SkipResult.skip(missing.getMessage());
            }
        }
    }

    private Path directory = Path.of("");

    @BeforeProperty
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("bailey-erofs");
    }

    @AfterProperty
    void removeDirectory() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Provide
    Arbitrary<List<List<Spec>>> images() {
        return RandomImages.images();
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void theMountedTreeIsAsTheModelHasIt(@ForAll("images") List<List<Spec>> image)
            throws IOException {
        List<TestLayer> layers = RandomImages.accepted(image);
        assertThat(Mounts.seen(directory, layers)).isEqualTo(Model.of(layers).lines());
    }
}
