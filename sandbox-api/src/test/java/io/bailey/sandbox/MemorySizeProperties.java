package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;

import java.math.BigInteger;

class MemorySizeProperties {

    @Property
    void textRoundTrips(@ForAll @LongRange(min = 0) long bytes) {
        MemorySize size = MemorySize.of(bytes);
        assertThat(MemorySize.parse(size.toString())).isEqualTo(size);
    }

    @Property
    void wholeUnitsRoundTrip(@ForAll @LongRange(min = 0, max = 8_388_607) long count) {
        for (String unit : new String[] {"", "K", "M", "G", "T"}) {
            MemorySize size = MemorySize.parse(count + unit);
            assertThat(MemorySize.parse(size.toString())).isEqualTo(size);
        }
    }

    @Property
    void ordersByBytes(
            @ForAll @LongRange(min = 0) long one, @ForAll @LongRange(min = 0) long other) {
        assertThat(MemorySize.of(one).compareTo(MemorySize.of(other)))
                .isEqualTo(Long.compare(one, other));
    }

    @Property
    void neverWrapsAround(
            @ForAll @BigRange(min = "0", max = "100000000000000000000000") BigInteger number) {
        for (String unit : new String[] {"", "K", "M", "G", "T"}) {
            BigInteger exact = number.shiftLeft(10 * " KMGT".indexOf(unit.isEmpty() ? " " : unit));
            if (exact.bitLength() < Long.SIZE) {
                assertThat(MemorySize.parse(number + unit).bytes())
                        .isEqualTo(exact.longValueExact());
            } else {
                assertThatExceptionOfType(SandboxConfigException.class)
                        .isThrownBy(() -> MemorySize.parse(number + unit));
            }
        }
    }

    @Property
    void anyTextIsASizeOrAConfigurationError(
            @ForAll
                    @StringLength(max = 12)
                    @NumericChars
                    @AlphaChars
                    @Chars({'-', '+', ' ', '.', '\0'})
                    @CharRange(from = '\u0660', to = '\u0669')
                    String text) {
        try {
            assertThat(MemorySize.parse(text).bytes()).isNotNegative();
        } catch (SandboxConfigException expected) {
            assertThat(expected).hasMessageContaining(Text.quote(text));
        }
    }
}
