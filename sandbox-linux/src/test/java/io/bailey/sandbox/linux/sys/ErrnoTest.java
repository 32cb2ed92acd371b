package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

class ErrnoTest {

    /**
     * The kernel's headers, not errno.h of libc: that has names of its own for some (ENOTSUP,
     * EDEADLOCK).
     */
    @Test
    void everyNameHasItsNumberInTheHeader(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CProgram program = new CProgram("asm-generic/errno.h");
        Map<String, Long> ours = new TreeMap<>();
        for (int errno = 1; errno < 134; errno++) {
            String name = Errno.name(errno);
            if (!name.startsWith("errno ")) {
                program.printIfDefined(name);
                ours.put(name, (long) errno);
            }
        }
        assertThat(new TreeMap<>(program.run(directory))).isEqualTo(ours);
    }

    @Test
    void everyConstantIsCalledWhatItIs() throws Exception {
        int constants = 0;
        for (Field field : Errno.class.getDeclaredFields()) {
            if (field.getType() == int.class) {
                assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
                constants++;
            }
        }
        assertThat(constants).isGreaterThan(30);
    }

    @Test
    void anUnknownOneIsANumber() {
        assertThat(Errno.name(4711)).isEqualTo("errno 4711");
        assertThat(Errno.name(0)).isEqualTo("errno 0");
    }
}
