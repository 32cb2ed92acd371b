package io.bailey.sandbox;

import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.spi.ContainerStore;
import io.bailey.sandbox.spi.SandboxProvider;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An engine that starts nothing and remembers what it was asked. */
public final class FakeEngine implements SandboxProvider {

    final List<String> calls = new ArrayList<>();
    final CompletableFuture<Result> exit = new CompletableFuture<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    RuntimeException startFailure = new IllegalStateException("no container here");
    boolean starts;
    boolean closeFails;

    @Override
    public Sandbox create(SandboxSpec spec) {
        calls.add("create");
        return new FakeSandbox(spec);
    }

    @Override
    public Images openImages(ImagesSpec spec) {
        throw new IllegalStateException("no images here");
    }

    @Override
    public ContainerStore containers() {
        throw new IllegalStateException("no containers here");
    }

    @Override
    public boolean enterLeafCgroup() {
        calls.add("enterLeafCgroup");
        return true;
    }

    @Override
    public HostReport doctor() {
        return new HostReport(
                List.of(new Finding("fake", Finding.Status.OK, "an engine for tests", "")));
    }

    @Override
    public SeccompProfile.Rules recordSeccomp(SandboxSpec spec, Command command) {
        calls.add("record " + command);
        return (SeccompProfile.Rules) SeccompProfile.builder().allow("read").build();
    }

    private final class FakeSandbox implements Sandbox {

        private final SandboxSpec spec;

        FakeSandbox(SandboxSpec spec) {
            this.spec = spec;
        }

        @Override
        public Result run(Command command) {
            calls.add("run " + command);
            return Answers.exited(0);
        }

        @Override
        public CompletableFuture<Result> runAsync(Command command) {
            return CompletableFuture.completedFuture(run(command));
        }

        @Override
        public Pool pool(PoolOptions options) {
            calls.add("pool " + options.size());
            throw new IllegalStateException("no pool here");
        }

        @Override
        public Container start(Command command) {
            calls.add("start " + command);
            if (!starts) {
                throw startFailure;
            }
            return FakeContainer.of(exit);
        }

        @Override
        public Container create(Command command) {
            return start(command);
        }

        @Override
        public Container startDetached(Command command) {
            return start(command);
        }

        @Override
        public String explain(Command command) {
            calls.add("explain " + command);
            return "clone3()";
        }

        @Override
        public SandboxSpec spec() {
            return spec;
        }

        @Override
        public void close() {
            calls.add("close");
            closed.complete(null);
            if (closeFails) {
                throw new SandboxException("cannot remove the cgroup");
            }
        }
    }
}
