package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupRequest;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.LaunchRequest;
import io.bailey.sandbox.linux.launch.LaunchRequest.Death;
import io.bailey.sandbox.linux.launch.OutputTap;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Fd;

import java.util.Map;
import java.util.Optional;

/**
 * A stopped container's root, put together once more for whoever copies: the same sandbox, with no
 * command in it. It is no life of the container: nobody is told, and nothing of its ends counts.
 */
final class ServiceLife implements AutoCloseable {
    /** What a command is called that is not there. */
    private static final Command NONE = Command.of("none");

    private final Cgroup cgroup;
    private final Session session;
    private final WritableLayer layer;
    private final SiteSurvey.Who who;
    private final Guests guests = new Guests();

    private ServiceLife(Cgroup cgroup, Session session, WritableLayer layer, SiteSurvey.Who who) {
        this.cgroup = cgroup;
        this.session = session;
        this.layer = layer;
        this.who = who;
    }

    /** What the container is made of. */
    record Recipe(
            Engine engine,
            SandboxSpec spec,
            Preflight preflight,
            SiteSurvey survey,
            CgroupRequest limits) {}

    static ServiceLife begin(Recipe recipe, SiteSurvey.Who who, WritableLayer layer, String name) {
        Cgroup cgroup = recipe.engine().cgroups().create(name, recipe.limits());
        try {
            Blueprint plan =
                    Planner.empty(
                            recipe.spec(),
                            recipe.survey().site(who, cgroup, true, Optional.of(layer)));
            Session session = launch(recipe, who, layer, cgroup, plan);
            ServiceLife life = new ServiceLife(cgroup, session, layer, who);
            life.awaitStart(plan);
            return life;
        } catch (LaunchException failure) {
            cgroup.close();
            throw Failures.of(failure);
        } catch (RuntimeException | Error failure) {
            cgroup.close();
            throw failure;
        }
    }

    private static Session launch(
            Recipe recipe, SiteSurvey.Who who, WritableLayer layer, Cgroup cgroup, Blueprint plan) {
        Engine engine = recipe.engine();
        Optional<Fd> piece = layer.begin();
        try (StartTrees trees = StartTrees.open(engine, recipe.spec(), recipe.preflight())) {
            Map<Binding, Integer> numbers = trees.numbers();
            piece.ifPresent(fd -> WritableLayer.bind(fd, numbers));
            return engine.launcher()
                    .launch(
                            new LaunchRequest(
                                    plan.cloneFlags().bits(),
                                    plan.entry().link(),
                                    plan.init().link(),
                                    cgroup.directoryFd(),
                                    cgroup.attachFds(),
                                    numbers,
                                    who.maps(),
                                    NONE,
                                    Optional.empty(),
                                    LaunchRequest.OutputBounds.NONE,
                                    -1,
                                    -1,
                                    engine.facts().privileged() && engine.facts().euid() == 0,
                                    Death.KILL,
                                    false,
                                    OutputTap.NONE));
        } finally {
            piece.ifPresent(Fd::close);
        }
    }

    private void awaitStart(Blueprint plan) {
        try {
            var started = session.awaitStart();
            session.watch();
            started.join();
        } catch (RuntimeException | Error failure) {
            session.breakOff(failure);
            var _ = session.finish();
            throw failure;
        }
        if (session.failure().isPresent()) {
            var failure = Failures.of(session.failure().get(), plan, NONE);
            end();
            throw failure;
        }
    }

    Session session() {
        return session;
    }

    Guests guests() {
        return guests;
    }

    Cgroup cgroup() {
        return cgroup;
    }

    SiteSurvey.Who who() {
        return who;
    }

    private void end() {
        session.kill();
        session.ended().exceptionally(failure -> null).join();
        guests.close(cgroup::kill);
        var _ = session.finish();
    }

    @Override
    public void close() {
        try {
            end();
        } finally {
            cgroup.kill();
            cgroup.close();
            layer.ended();
        }
    }
}
