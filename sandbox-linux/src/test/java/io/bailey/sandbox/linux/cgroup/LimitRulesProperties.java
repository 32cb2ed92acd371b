package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import java.util.BitSet;
import java.util.Set;
import java.util.StringJoiner;

class LimitRulesProperties {

    @Property
    void sharesStayInTheKernelsRange(@ForAll @IntRange(min = 1, max = 10_000) int weight) {
        assertThat(LimitRules.sharesOfWeight(weight)).isBetween(2L, 262_144L);
    }

    @Property
    void moreWeightIsMoreShares(@ForAll @IntRange(min = 1, max = 9_999) int weight) {
        assertThat(LimitRules.sharesOfWeight(weight + 1))
                .isGreaterThan(LimitRules.sharesOfWeight(weight));
    }

    @Property
    void quotaIsTheShareOfThePeriod(@ForAll @DoubleRange(min = 0.01, max = 8192) double cpus) {
        assertThat(LimitRules.quotaMicros(cpus) / 100_000.0)
                .isBetween(cpus - 0.00001, cpus + 0.00001);
    }

    @Property
    void cpuListsReadBack(
            @ForAll @Size(min = 1, max = 64) Set<@IntRange(max = 8191) Integer> cpus) {
        StringJoiner list = new StringJoiner(",");
        cpus.forEach(cpu -> list.add(Integer.toString(cpu)));
        BitSet expected = new BitSet();
        cpus.forEach(expected::set);
        assertThat(CpuList.parse(list.toString())).isEqualTo(expected);
    }

    @Property
    void anyTextIsReadWithoutAnException(@ForAll String text, @ForAll String key) {
        assertThat(CgroupText.field(text, key)).isNotNull();
        assertThat(CgroupText.number(text)).isNotNull();
        assertThat(CgroupText.sum(text, key)).isNotNegative();
        assertThat(OwnCgroups.parse(text)).isNotNull();
    }
}
