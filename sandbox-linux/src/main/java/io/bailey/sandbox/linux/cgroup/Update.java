package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A change of the limits of a group that has processes: all of it or nothing. What only was set
 * before is lifted, what is new is written, in an order that the kernel takes.
 */
final class Update {
    private final SettingWriter writer;
    private final Function<Controller, Optional<GroupDirectory>> groups;
    private final List<Setting> undo = new ArrayList<>();

    /**
     * @param groups where the files of a controller are, if it was granted
     */
    Update(
            Linux linux,
            Degradation degradation,
            Function<Controller, Optional<GroupDirectory>> groups) {
        this.writer = new SettingWriter(linux, degradation);
        this.groups = groups;
    }

    /** From the settings {@code before} to those {@code after}. */
    void run(List<Setting> before, List<Setting> after) {
        Map<String, Setting> old = byPlace(before);
        Map<String, Setting> fresh = byPlace(after);
        List<Setting> changes = new ArrayList<>();
        fresh.forEach((place, setting) -> {
            Setting was = old.get(place);
            if (was == null || !was.value().equals(setting.value())) {
                changes.add(setting);
            }
        });
        old.forEach((place, setting) -> {
            if (!fresh.containsKey(place)) {
                lifted(setting).ifPresent(changes::add);
            }
        });
        changes.sort(Comparator.comparingInt(this::turn));
        try {
            for (Setting change : changes) {
                write(change, Optional.ofNullable(old.get(change.place())));
            }
        } catch (RuntimeException | Error refused) {
            takeBack(refused);
            throw refused;
        }
    }

    private static Map<String, Setting> byPlace(List<Setting> settings) {
        Map<String, Setting> byPlace = new LinkedHashMap<>();
        settings.forEach(setting -> byPlace.put(setting.place(), setting));
        return byPlace;
    }

    private Optional<Setting> lifted(Setting setting) {
        return setting.lifted()
                .or(() ->
                        groups.apply(setting.controller())
                                .map(group -> group.readAbove(setting.file()).text().strip()))
                .map(value ->
                        new Setting(
                                setting.controller(),
                                setting.file(),
                                value,
                                setting.lifted(),
                                "no " + setting.asked(),
                                setting.presence(),
                                setting.instead().flatMap(this::lifted)));
    }

    /**
     * Memory and swap together may never be less than memory alone (v1), and no burst more than the
     * quota: so the one goes up before the other, and down after it.
     */
    private int turn(Setting change) {
        return switch (change.file()) {
            case V1Settings.MEMORY_AND_SWAP -> grows(change) ? 0 : 2;
            case "cpu.max.burst", "cpu.cfs_burst_us" -> grows(change) ? 2 : 0;
            default -> 1;
        };
    }

    private boolean grows(Setting change) {
        long now =
                groups.apply(change.controller())
                        .map(group -> CgroupText.number(group.read(change.file()).text()))
                        .map(number -> number.orElse(Long.MAX_VALUE))
                        .orElse(0L);
        long then = CgroupText.number(change.value()).orElse(Long.MAX_VALUE);
        return then > now;
    }

    private void write(Setting change, Optional<Setting> was) {
        Optional<GroupDirectory> group = groups.apply(change.controller());
        if (group.isEmpty()) {
            return;
        }
        // First: a write that fails half way is taken back too.
        was.or(() -> lifted(change)).ifPresent(undo::add);
        if (change.file().equals("memory.max")) {
            lowerMemory(group.get(), change);
        } else {
            writer.write(group.get(), change);
        }
    }

    /**
     * memory.max below what is in use ends in an OOM kill (mm/memcontrol.c, memory_max_write). So
     * memory.high goes down first: that reclaims, and slows down who would take more meanwhile.
     */
    private void lowerMemory(GroupDirectory group, Setting change) {
        long most = CgroupText.number(change.value()).orElse(Long.MAX_VALUE);
        if (use(group) <= most) {
            writer.write(group, change);
            return;
        }
        String high = group.read("memory.high").text().strip();
        try {
            group.write("memory.high", Long.toString(most));
            long use = use(group);
            if (use > most) {
                throw new SandboxSetupException(
                        "write \"" + change.value() + "\"",
                        Errno.name(Errno.EBUSY),
                        group.path() + "/memory.max",
                        SettingWriter.inUse(change.asked()) + "; in use are " + use + " bytes");
            }
            writer.write(group, change);
        } finally {
            group.write("memory.high", high);
        }
    }

    private static long use(GroupDirectory group) {
        return CgroupText.number(group.read("memory.current").text()).orElse(0);
    }

    private void takeBack(Throwable refused) {
        for (Setting setting : undo.reversed()) {
            try {
                groups.apply(setting.controller()).ifPresent(group -> writer.write(group, setting));
            } catch (RuntimeException another) {
                refused.addSuppressed(another);
            }
        }
    }
}
