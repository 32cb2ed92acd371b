package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.container.LeakAudit;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;

/**
 * Keeps the one {@link Arena} of this JVM, and compares the host after each class with what it was
 * before, leaks included.
 */
final class Stage implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(Stage.class);

    private static @Nullable Arena arena;

    /** Here and not beside this in {@code @ExtendWith}: JUnit may not reach into its package. */
    private final LeakAudit leaks = new LeakAudit();

    /** For tests that {@link Powers#require} {@link Power#STATIC_GCC}. */
    static Arena arena() {
        if (arena == null) {
            throw new AssertionError("no gcc, or no @ExtendWith(Stage.class)");
        }
        return arena;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        if (Power.STATIC_GCC.isPresent()) {
            // The store of the root closes it when all tests are over.
            arena =
                    context.getRoot()
                            .getStore(STORE)
                            .getOrComputeIfAbsent("arena", _ -> make(), Arena.class);
            leaks.beforeAll(context);
            context.getStore(STORE).put("before", HostState.now(arena));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        HostState before = context.getStore(STORE).get("before", HostState.class);
        if (before != null) {
            assertThat(HostState.now(arena()).facts())
                    .as("the host after %s", context.getDisplayName())
                    .isEqualTo(before.facts());
            arena().assertVictimIsUnharmed();
            leaks.afterAll(context);
        }
    }

    private static Arena make() {
        try {
            return Arena.make();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
