package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MountInfoTest {

    @Test
    void readsTheExampleOfTheManPage() {
        String line =
                "36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n";
        assertThat(MountInfo.parse(line))
                .containsExactly(
                        new MountInfo(
                                "/mnt1",
                                "/mnt/parent",
                                "rw,noatime",
                                "ext3",
                                "rw,errors=continue"));
    }

    @Test
    void takesAnyNumberOfOptionalFields() {
        String none = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
        String three =
                "35 24 0:30 / /proc rw shared:13 master:2 propagate_from:1 - proc proc rw,hidepid=2\n";
        assertThat(MountInfo.parse(none + three))
                .extracting(MountInfo::type)
                .containsExactly("cgroup2", "proc");
    }

    @Test
    void undoesTheKernelsEscapes() {
        String line = "1 2 0:3 / /mnt/a\\040b\\134c\\011d rw - tmpfs tmpfs rw\n";
        assertThat(MountInfo.parse(line).getFirst().mountPoint()).isEqualTo("/mnt/a b\\c\td");
    }

    @Test
    void passesOverWhatIsNoMount() {
        assertThat(MountInfo.parse("")).isEmpty();
        assertThat(MountInfo.parse("nonsense\n1 2 3 4 5 6\n1 2 3 - a b c\n")).isEmpty();
    }

    @Test
    void findsWholeOptionsOnly() {
        MountInfo mount =
                new MountInfo("/", "/sys/fs/cgroup/cpu,cpuacct", "rw", "cgroup", "rw,cpuacct");
        assertThat(mount.hasSuperOption("cpuacct")).isTrue();
        assertThat(mount.hasSuperOption("cpu")).isFalse();
    }
}
