package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CgroupTextTest {
    private static final String EVENTS =
            "low 0\nhigh 7\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n";

    @Test
    void readsWholeKeysOnly() {
        assertThat(CgroupText.field(EVENTS, "oom_kill")).hasValue(2);
        assertThat(CgroupText.field(EVENTS, "oom")).hasValue(3);
        assertThat(CgroupText.field(EVENTS, "kill")).isEmpty();
        assertThat(CgroupText.field("", "oom")).isEmpty();
    }

    @Test
    void readsNumbersAndLeavesMaxOut() {
        assertThat(CgroupText.number("4096\n")).hasValue(4096);
        assertThat(CgroupText.number("max\n")).isEmpty();
        assertThat(CgroupText.number("18446744073709551615\n")).isEmpty();
    }

    @Test
    void addsUpTheDevices() {
        String io =
                "8:0 rbytes=100 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n254:0 rbytes=11 wbytes=3 rios=1 wios=1\n";
        assertThat(CgroupText.sum(io, "rbytes")).isEqualTo(111);
        assertThat(CgroupText.sum(io, "wbytes")).isEqualTo(23);
        assertThat(CgroupText.sum("", "rbytes")).isZero();
    }
}
