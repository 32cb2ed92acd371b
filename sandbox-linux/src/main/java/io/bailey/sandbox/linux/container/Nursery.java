package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupRequest;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.plan.Parked;
import io.bailey.sandbox.linux.plan.Planner;
import io.bailey.sandbox.linux.plan.Walls;
import io.bailey.sandbox.linux.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Makes sandboxes up to where their command is needed. */
final class Nursery {
    /** What a command is called that is not known yet. */
    private static final Command NONE = Command.of("none");

    /** Far beyond what a setup takes; a freeze from outside must not hold up a thread for ever. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Launching launching;
    private final SiteSurvey survey;
    private final CgroupRequest limits;
    private final List<String> volumes;
    private final boolean container;
    private final Parked.Kind kind;
    private final AtomicReference<@Nullable ParkedTemplate> lastTemplate = new AtomicReference<>();

    /**
     * @param volumes their names
     * @param container whether there may be a handle on what is made
     */
    Nursery(
            Launching launching,
            SiteSurvey survey,
            Walls walls,
            CgroupRequest limits,
            List<String> volumes,
            boolean container) {
        this.launching = launching;
        this.survey = survey;
        this.limits = limits;
        this.volumes = volumes;
        this.container = container;
        this.kind =
                new Parked.Kind(
                        walls.seccomp().map(Filters::lettingWait).orElse(true),
                        // Whoever enters a container is not its init's to see off.
                        !container
                                && launching.spec().init()
                                && launching.spec().namespaces().contains(Namespace.PID));
    }

    private Engine engine() {
        return launching.engine();
    }

    private SandboxSpec spec() {
        return launching.spec();
    }

    /** Makes one. The thread must be a platform thread: it waits in the kernel. */
    ParkedSandbox make(String id) {
        Optional<WritableLayer> layer =
                WritableLayer.open(engine(), spec(), launching.preflight(), container, id);
        List<Fd> leases = List.of();
        try {
            if (!volumes.isEmpty()) {
                leases = VolumeMounts.lease(volumes, engine().volumes());
            }
            return make(id, layer, leases);
        } catch (RuntimeException | Error failure) {
            leases.forEach(Fd::close);
            layer.ifPresent(WritableLayer::close);
            throw failure;
        }
    }

    private ParkedSandbox make(String id, Optional<WritableLayer> layer, List<Fd> leases) {
        Cgroup cgroup = engine().cgroups().create(Cgroups.nameFor(id), limits);
        try {
            ParkedTemplate template = template(cgroup, layer);
            Session session =
                    launching.park(
                            Birth.run(id, NONE, Optional.empty()), template.head(), cgroup, layer);
            awaitParked(session, template);
            return new ParkedSandbox(
                    id,
                    template,
                    cgroup,
                    layer,
                    leases,
                    session,
                    System.nanoTime(),
                    new AtomicBoolean());
        } catch (LaunchException failure) {
            cgroup.close();
            throw Failures.of(failure);
        } catch (RuntimeException | Error failure) {
            cgroup.close();
            throw failure;
        }
    }

    private static void awaitParked(Session session, ParkedTemplate template) {
        if (session.awaitParked(PATIENCE)) {
            return;
        }
        var told = session.failure();
        session.discard();
        throw told.map(failure -> Failures.of(failure, template.head().blueprint(), NONE))
                .orElseGet(() ->
                        new SandboxException(
                                "a sandbox for the pool ended before it was ready, by someone"
                                        + " else's hand, or was not within "
                                        + PATIENCE.toSeconds()
                                        + " seconds"));
    }

    private ParkedTemplate template(Cgroup cgroup, Optional<WritableLayer> layer) {
        ParkedTemplate last = lastTemplate.get();
        ParkedTemplate.Key key =
                new ParkedTemplate.Key(
                        // A name may mean someone else by now; root is nobody's.
                        last == null || spec().user().isPresent()
                                ? survey.who(NONE)
                                : last.key().who(),
                        cgroup.attachFds().size(),
                        cgroup.directoryFd().isPresent(),
                        layer.map(WritableLayer::source));
        if (last != null && last.key().equals(key)) {
            return last;
        }
        var site = survey.site(key.who(), cgroup, container && spec().init(), layer);
        ParkedTemplate fresh = new ParkedTemplate(key, NONE, Planner.park(spec(), site, kind));
        lastTemplate.set(fresh);
        return fresh;
    }
}
