package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class CpusetProperties {

    @Property
    void keepsTheSet(@ForAll @NotEmpty @Size(max = 40) List<@IntRange(max = 8_191) Integer> cpus) {
        String list = cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
        assertThat(expand(Cpuset.normalize(list))).isEqualTo(new TreeSet<>(cpus));
    }

    @Property
    void isIdempotent(@ForAll @NotEmpty @Size(max = 40) List<@IntRange(max = 60) Integer> cpus) {
        String normal =
                Cpuset.normalize(
                        cpus.stream().map(String::valueOf).collect(Collectors.joining(",")));
        assertThat(Cpuset.normalize(normal)).isEqualTo(normal);
    }

    @Property
    void doesNotDependOnTheOrder(
            @ForAll @NotEmpty @Size(max = 40) List<@IntRange(max = 60) Integer> cpus) {
        String forward = cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
        String backward =
                cpus.reversed().stream().map(String::valueOf).collect(Collectors.joining(","));
        assertThat(Cpuset.normalize(forward)).isEqualTo(Cpuset.normalize(backward));
    }

    private static Set<Integer> expand(String list) {
        return Stream.of(list.split(",", -1))
                .map(range -> range.split("-", -1))
                .flatMapToInt(ends ->
                        IntStream.rangeClosed(
                                Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])))
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
