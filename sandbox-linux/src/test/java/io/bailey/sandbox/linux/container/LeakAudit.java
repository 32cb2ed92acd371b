package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Containers;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxUnavailableException;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.time.Duration;

/**
 * Looks at everything a sandbox could leave behind, before and after the tests of a class, and
 * fails the class if there is more than before. What the engine keeps for the life of the JVM (its
 * threads, its epoll, a user namespace, a prepared /dev) is warmed up first.
 */
public final class LeakAudit implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(LeakAudit.class);

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        warmUp();
        context.getStore(STORE).put("before", Traces.now());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Traces before = context.getStore(STORE).get("before", Traces.class);
        // What JVMs of a test have left is the next one's to remove.
        var _ = Containers.list();
        // A cancelled sandbox is torn down beside its test.
        Sandboxes.eventually(Duration.ofSeconds(10), () -> Traces.now().minus(before).isEmpty());
        Traces left = Traces.now().minus(before);
        if (!left.isEmpty()) {
            throw new AssertionError("left behind by " + context.getDisplayName() + ":\n" + left);
        }
    }

    private static void warmUp() throws InterruptedException {
        Sandboxes.host().run("true").orThrow();
        // The state directory stays open.
        Containers.list();
        try {
            // The bare form starts a thread that it never gives up, and a second /dev is prepared.
            Sandboxes.host().init(false).run("true").orThrow();
            Sandboxes.host().namespaces(Namespace.allBut(Namespace.USER)).run("true").orThrow();
            Sandboxes.host().idMap(IdMap.SINGLE).run("true").orThrow();
        } catch (SandboxUnavailableException notForThisUser) {
            // Then no test has it either.
        }
    }
}
