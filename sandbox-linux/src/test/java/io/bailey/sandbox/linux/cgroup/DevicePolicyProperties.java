package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.cgroup.DeviceRule.Kind;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.Collections;
import java.util.List;

/**
 * The program that enforces a policy on v2 and the lines that enforce it on v1 say the same: one is
 * carried out, the other read as the kernel reads it.
 */
class DevicePolicyProperties {
    private static final List<Integer> NUMBERS = List.of(0, 1, 3, 5, 7, 136, 229, 0xFFFFF);

    record Access(Kind kind, int access, int major, int minor) {}

    @Provide
    Arbitrary<DeviceRule> rules() {
        return Combinators.combine(
                        Arbitraries.of(Kind.values()),
                        Arbitraries.of(NUMBERS).injectNull(0.3),
                        Arbitraries.of(NUMBERS).injectNull(0.3),
                        Arbitraries.integers().between(1, 7))
                .as((kind, major, minor, access) ->
                        new DeviceRule(
                                kind,
                                major == null ? DeviceRule.ANY : major,
                                minor == null ? DeviceRule.ANY : minor,
                                access));
    }

    @Provide
    Arbitrary<Access> accesses() {
        Arbitrary<Integer> numbers =
                Arbitraries.oneOf(
                        Arbitraries.of(NUMBERS), Arbitraries.integers().between(0, 0xFFFFF));
        return Combinators.combine(
                        Arbitraries.of(Kind.values()),
                        Arbitraries.integers().between(1, 7),
                        numbers,
                        numbers)
                .as(Access::new);
    }

    /** A line such as "c 136:* rw": cgroup-v1/devices.rst. */
    private static boolean grants(String line, Access asked) {
        String[] parts = line.split("[ :]", -1);
        String wanted =
                ((asked.access & 2) != 0 ? "r" : "")
                        + ((asked.access & 4) != 0 ? "w" : "")
                        + ((asked.access & 1) != 0 ? "m" : "");
        return parts[0].equals(asked.kind == Kind.BLOCK ? "b" : "c")
                && (parts[1].equals("*") || Integer.parseInt(parts[1]) == asked.major)
                && (parts[2].equals("*") || Integer.parseInt(parts[2]) == asked.minor)
                && wanted.chars().allMatch(c -> parts[3].indexOf(c) >= 0);
    }

    private static boolean allowed(List<DeviceRule> rules, Access asked) {
        int word = asked.access << 16 | (asked.kind == Kind.BLOCK ? 1 : 2);
        return EbpfMachine.run(DeviceProgram.of(rules), word, asked.major, asked.minor) == 1;
    }

    @Property
    void theProgramAllowsWhatALineDoes(
            @ForAll("policies") List<DeviceRule> rules, @ForAll("accesses") Access asked) {
        boolean byLine = rules.stream().anyMatch(rule -> grants(rule.toString(), asked));
        assertThat(allowed(rules, asked)).isEqualTo(byLine);
        boolean byRule =
                rules.stream()
                        .anyMatch(rule ->
                                rule.grants(asked.kind, asked.access, asked.major, asked.minor));
        assertThat(byRule).isEqualTo(byLine);
    }

    @Provide
    Arbitrary<List<DeviceRule>> policies() {
        return rules().list().ofMaxSize(12);
    }

    /** Whatever else is asked for, nothing but the standard devices can be opened. */
    @Property
    void aStandardPolicyOpensTheStandardDevicesOnly(@ForAll("accesses") Access asked) {
        boolean opens = (asked.access & 6) != 0;
        boolean standard =
                asked.kind == Kind.CHARACTER
                        && switch (asked.major) {
                            case 1 -> List.of(3, 5, 7, 8, 9).contains(asked.minor);
                            case 5 -> asked.minor <= 2;
                            case 136 -> true;
                            default -> false;
                        };
        List<DeviceRule> rules = new DevicePolicy(List.of(), true).rules();
        assertThat(allowed(rules, asked)).isEqualTo(standard || !opens);
    }

    @Example
    void rulesAreWrittenAsTheKernelReadsThem() {
        assertThat(DevicePolicy.STANDARD)
                .extracting(DeviceRule::toString)
                .startsWith("c *:* m", "b *:* m", "c 1:3 rwm")
                .endsWith("c 136:* rwm");
        assertThat(new DeviceRule(Kind.BLOCK, 7, 0, DeviceRule.READ)).hasToString("b 7:0 r");
    }

    /** As long as the longest spec can make it, and far from what the kernel takes (4096). */
    @Example
    void theLongestPolicyFits() {
        DeviceRule longest = new DeviceRule(Kind.CHARACTER, 10, 229, DeviceRule.READ);
        List<DeviceRule> rules = new DevicePolicy(Collections.nCopies(100, longest), true).rules();
        assertThat(DeviceProgram.of(rules).length / 8).isLessThan(1000);
        assertThat(allowed(rules, new Access(Kind.CHARACTER, 2, 10, 229))).isTrue();
        assertThat(allowed(rules, new Access(Kind.CHARACTER, 4, 10, 229))).isFalse();
    }
}
