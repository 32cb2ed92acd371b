package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemorySizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "1000, 1000",
        "7b, 7",
        "7B, 7",
        "1k, 1024",
        "1K, 1024",
        "1KB, 1024",
        "1KiB, 1024",
        "1kib, 1024",
        "256M, 268435456",
        "256MiB, 268435456",
        "3g, 3221225472",
        "2T, 2199023255552",
        "007, 7",
        "9223372036854775807, 9223372036854775807",
        "8388607T, 9223370937343148032",
    })
    void readsBinaryUnits(String text, long bytes) {
        assertThat(MemorySize.parse(text)).isEqualTo(MemorySize.of(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "M",
                "-1",
                "+1",
                "1 M",
                " 1M",
                "1M ",
                "1.5G",
                "1,5G",
                "1P",
                "1MM",
                "1Mi",
                "0x10",
                "1e3",
                "1\n",
                "\u0661K",
                "1\u212A",
                "unlimited",
                "max"
            })
    void refusesWhatIsNoSize(String text) {
        rejected(
                () -> MemorySize.parse(text),
                "size: "
                        + Text.quote(text)
                        + " is not a size; expected a whole number of bytes, or one with K, M, G or"
                        + " T, such as \"256M\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "8388608T",
                "9007199254740992k",
                "99999999999999999999999999G"
            })
    void refusesWhatDoesNotFit(String text) {
        rejected(
                () -> MemorySize.parse(text),
                "size: \"" + text + "\" is more than 9223372036854775807 bytes");
    }

    @Test
    void refusesANegativeNumber() {
        rejected(() -> MemorySize.of(-1), "size: -1 bytes is negative");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1K",
        "1536, 1536",
        "268435456, 256M",
        "1610612736, 1536M",
        "1099511627776, 1T",
        "1125899906842624, 1024T",
        "9223372036854775807, 9223372036854775807",
    })
    void printsTheLargestUnitWithoutARemainder(long bytes, String text) {
        assertThat(MemorySize.of(bytes)).hasToString(text);
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> MemorySize.parse(null));
    }
}
