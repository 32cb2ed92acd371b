package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.Parked;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What all sandboxes that wait for a command, made for the same user on cgroups of the same kind,
 * have in common: their programs, and how a command continues them.
 */
final class ParkedTemplate {
    private final Key key;
    private final Parked plan;
    private final Compiled head;
    private final AtomicReference<@Nullable Rest> last = new AtomicReference<>();

    /** What the plan depends on. */
    record Key(
            SiteSurvey.Who who,
            int cgroupFds,
            boolean cgroupDirectory,
            Optional<TreeSource> writableLayer) {}

    /**
     * How one command continues it.
     *
     * @param compiled the whole, for the texts of errors
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on within this room, and never changed
    record Rest(Command command, Compiled compiled, byte[] bytes) {
        boolean isOf(Command other) {
            return command.arguments().equals(other.arguments())
                    && command.environment().equals(other.environment())
                    && command.workingDirectory().equals(other.workingDirectory());
        }
    }

    ParkedTemplate(Key key, Command none, Parked plan) {
        this.key = key;
        this.plan = plan;
        Compiled.Key compiled =
                Compiled.Key.of(
                        none,
                        Optional.of(key.who()),
                        key.cgroupFds(),
                        key.cgroupDirectory(),
                        true,
                        key.writableLayer());
        this.head = Compiled.of(compiled, key.who(), plan.blueprint());
    }

    /** Whether its init tells of an end only when there is nobody else. */
    boolean endsAlone() {
        return plan.kind().endsAlone();
    }

    Key key() {
        return key;
    }

    /** The programs up to where they wait. */
    Compiled head() {
        return head;
    }

    /** How {@code command} continues them; empty if that is too much. */
    Optional<Rest> rest(Command command) {
        Rest known = last.get();
        if (known != null && known.isOf(command)) {
            return Optional.of(known);
        }
        Blueprint whole = plan.with(command);
        Optional<Rest> rest =
                head.init()
                        .rest(whole.init())
                        .map(bytes -> new Rest(command, head.with(whole), bytes));
        rest.ifPresent(last::set);
        return rest;
    }
}
