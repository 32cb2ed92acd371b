package io.bailey.sandbox.linux.attack;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.container.Sandboxes;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Bailey's own sandboxes, with nothing set that has to do with safety. */
enum BaileyWall implements Wall {
    FULL("Bailey FULL", "`Sandbox.builder().rootfs(root)`, all defaults"),
    FULL_AS_USER("Bailey FULL, user 1000", "the same with `user(1000, 1000)`"),
    FULL_ENTERED("Bailey FULL, exec", "the same by `Container.exec` into a running one"),
    UNPRIVILEGED(
            "Bailey UNPRIVILEGED",
            "`isolation(Isolation.UNPRIVILEGED)`, the programs' directory mounted read-only and a"
                    + " scratch directory for writing, both in place");

    private final String title;
    private final String configuration;

    BaileyWall(String title, String configuration) {
        this.title = title;
        this.configuration = configuration;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String configuration() {
        return configuration;
    }

    /** For the table, which has a column without answers then; {@link ContainmentTest} fails. */
    @Override
    public boolean isPresent() {
        try {
            return run("list").exitCode() == 0;
        } catch (SandboxException | IllegalStateException cannotBeHad) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether two at one time do not meet; without namespaces they have one scratch directory. */
    boolean sharesNothing() {
        return this != UNPRIVILEGED;
    }

    @Override
    public Said run(String... words) throws InterruptedException {
        return said(launch("attempts", words));
    }

    /** Runs one of the hostile programs with these words after marker and token. */
    Result launch(String program, String... words) throws InterruptedException {
        if (this == FULL_ENTERED) {
            try (Sandbox sandbox = sandbox().build();
                    Container container = sandbox.start(command("bombs", "deaf"))) {
                return container.exec(command(program, words));
            }
        }
        return sandbox().run(command(program, words));
    }

    /** Runs a bomb within limits. */
    Result bomb(UnaryOperator<Sandbox.Builder> limits, String name) throws InterruptedException {
        return bomb(limits, name, Sandboxes.PATIENCE);
    }

    /** Runs a bomb within limits, of which one is on its time. */
    Result bomb(UnaryOperator<Sandbox.Builder> limits, String name, Duration timeout)
            throws InterruptedException {
        return limits.apply(sandbox()).run(command("bombs", name).timeout(timeout));
    }

    /** A command that runs a hostile program with these words after marker and token. */
    Command command(String program, String... words) {
        Arena arena = Stage.arena();
        String home = this == UNPRIVILEGED ? arena.home().toString() : Marker.INSIDE;
        Marker marker = this == UNPRIVILEGED ? arena.inPlace() : arena.inside();
        Stream<String> start = Stream.of(home + "/" + program, marker.path(), marker.token());
        return Command.of(Stream.concat(start, Stream.of(words)).toArray(String[]::new));
    }

    Sandbox.Builder sandbox() {
        Arena arena = Stage.arena();
        Sandbox.Builder builder = Sandbox.builder().timeout(Sandboxes.PATIENCE);
        return switch (this) {
            case FULL, FULL_ENTERED -> builder.rootfs(arena.root());
            case FULL_AS_USER -> builder.rootfs(arena.root()).user(1000, 1000);
            case UNPRIVILEGED ->
                    builder.isolation(Isolation.UNPRIVILEGED)
                            .mount(Mount.readOnly(arena.home(), arena.home().toString()))
                            .mount(Mount.readWrite(arena.work(), arena.work().toString()));
        };
    }

    private static Said said(Result result) {
        List<String> lines = (result.stdout() + result.stderr()).lines().toList();
        return new Said(lines, result.termination().describe(), result.exitCode());
    }
}
