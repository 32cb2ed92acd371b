package io.bailey.sandbox.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.CProgram;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class MountFlagsTest {
    private static final List<MountFlags> ALL =
            List.of(
                    MountFlags.WRITABLE,
                    MountFlags.DATA,
                    MountFlags.READ_ONLY,
                    MountFlags.READ_ONLY_DATA,
                    MountFlags.DEVICES);

    /** A set-user-id file of whatever is mounted never means anything. */
    @Test
    void everyKindIsNosuid() {
        assertThat(ALL).allMatch(MountFlags::noSuid);
    }

    /** Device nodes work on a mount of devices only, and nothing is executed there. */
    @Test
    void onlyDevicesAreDevices() {
        assertThat(ALL).filteredOn(flags -> !flags.noDev()).containsExactly(MountFlags.DEVICES);
        assertThat(MountFlags.DEVICES.noExec()).isTrue();
    }

    @Test
    void theBitsAreWhatTheTextSays(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CProgram program = new CProgram("linux/mount.h");
        for (MountFlags flags : ALL) {
            program.print(flags.text(), flags.text());
        }
        Map<String, Long> answers = program.run(directory);
        for (MountFlags flags : ALL) {
            assertThat(answers).containsEntry(flags.text(), flags.bits());
        }
    }
}
