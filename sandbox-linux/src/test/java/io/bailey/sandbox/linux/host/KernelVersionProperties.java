package io.bailey.sandbox.linux.host;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KernelVersionProperties {

    @Property
    void readsBackWhatItPrints(
            @ForAll @IntRange(max = 999) int major,
            @ForAll @IntRange(max = 999) int minor,
            @ForAll @IntRange(max = 999) int patch) {
        KernelVersion version = new KernelVersion(major, minor, patch);
        assertThat(KernelVersion.parse(version.toString())).isEqualTo(version);
        assertThat(KernelVersion.parse(version + "-21-amd64")).isEqualTo(version);
    }

    @Property
    void anyReleaseIsRead(@ForAll String release) {
        assertThat(KernelVersion.parse(release)).isNotNull();
    }

    @Property
    void atLeastAgreesWithTheOrder(
            @ForAll @IntRange(max = 20) int major,
            @ForAll @IntRange(max = 20) int minor,
            @ForAll @IntRange(max = 20) int otherMajor,
            @ForAll @IntRange(max = 20) int otherMinor) {
        KernelVersion version = new KernelVersion(major, minor, 3);
        boolean notOlder = version.compareTo(new KernelVersion(otherMajor, otherMinor, 0)) >= 0;
        assertThat(version.atLeast(otherMajor, otherMinor)).isEqualTo(notOlder);
    }

    @Example
    void readsReleasesOfDistributions() {
        assertThat(KernelVersion.parse("6.1.0-21-amd64")).isEqualTo(new KernelVersion(6, 1, 0));
        assertThat(KernelVersion.parse("7.0-rc3")).isEqualTo(new KernelVersion(7, 0, 0));
        assertThat(KernelVersion.parse("5.15.167.4-microsoft-standard-WSL2"))
                .isEqualTo(new KernelVersion(5, 15, 167));
    }
}
