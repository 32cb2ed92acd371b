package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.sys.Fd;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A sandbox that is ready but for its command, from its making to the hand-over or the end.
 *
 * @param madeAt System.nanoTime
 * @param ended whether it has ended by itself
 */
record ParkedSandbox(
        String id,
        ParkedTemplate template,
        Cgroup cgroup,
        Optional<WritableLayer> layer,
        List<Fd> leases,
        Session session,
        long madeAt,
        AtomicBoolean ended) {

    /**
     * One that has been taken.
     *
     * @param rest how its command continues its program
     * @param pool which has to know
     */
    record Taken(ParkedSandbox parked, ParkedTemplate.Rest rest, LinuxPool pool) {}

    /** The ground that its command will stand on. */
    OwnGround ground(Engine engine, SandboxSpec spec, Birth birth) {
        return new OwnGround(
                engine,
                spec,
                cgroup,
                new Guests(),
                birth.container() ? layer : layer.map(WritableLayer::forOneLife),
                birth.events().map(book -> NewsDesk.open(engine.launcher(), id, cgroup, book)),
                birth.events(),
                leases);
    }

    /** Ends it; nothing of it is left when this returns. */
    void discard() {
        session.discard();
        letGo();
    }

    /** What is left when its processes have ended. */
    void letGo() {
        try {
            cgroup.kill();
        } finally {
            cgroup.close();
            layer.ifPresent(WritableLayer::close);
            leases.forEach(Fd::close);
        }
    }
}
