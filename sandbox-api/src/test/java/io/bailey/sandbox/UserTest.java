package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Optional;
import java.util.OptionalLong;

class UserTest {

    @Test
    void readsNames() {
        User user = User.parse("www-data:adm");
        assertThat(user).isEqualTo(new User("www-data", Optional.of("adm")));
        assertThat(user.uid()).isEmpty();
        assertThat(user.gid()).isEmpty();
    }

    @Test
    void readsNumbers() {
        User user = User.parse("1000:4294967294");
        assertThat(user.uid()).isEqualTo(OptionalLong.of(1000));
        assertThat(user.gid()).isEqualTo(OptionalLong.of(4_294_967_294L));
    }

    @Test
    void hasNoGroupWithoutAColon() {
        assertThat(User.parse("0")).isEqualTo(new User("0", Optional.empty()));
        assertThat(User.parse("0").gid()).isEmpty();
    }

    @Test
    void takesNumbersDirectly() {
        assertThat(User.of(0, Integer.MAX_VALUE)).hasToString("0:2147483647");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root",
                "_apt",
                "a.b-c_d",
                "Machine$",
                "0",
                "1000",
                "4294967294",
                "root:0",
                "0:root"
            })
    void roundTrips(String text) {
        assertThat(User.parse(text)).hasToString(text);
    }

    /** Among them what CVE-2024-40635 was about: numbers that wrap around to 0. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+1",
                " 1",
                "1 ",
                "01",
                "00",
                "0x0",
                "1000x",
                "4294967295",
                "4294967296",
                "2147483648000",
                "99999999999999999999",
                "-root",
                ".x",
                "a b",
                "a/b",
                "a\n",
                "ro\0ot",
                "r\u00f6ot",
                "\u0661",
                "$",
                "a$b"
            })
    void refusesWhatIsNeitherNameNorNumber(String text) {
        String rule =
                " is neither a name nor a number from 0 to 4294967294 without sign, blank or"
                        + " leading zero";
        rejected(() -> User.parse(text), "user: " + Text.quote(text) + rule);
        rejected(() -> User.parse("0:" + text), "group: " + Text.quote(text) + rule);
    }

    @ParameterizedTest
    @ValueSource(strings = {":", "0:", ":0", "0:0:0", "root::0"})
    void refusesOtherShapes(String text) {
        Rejections.rejectedNaming(() -> User.parse(text), "is neither a name nor a number");
    }

    @Test
    void refusesNegativeNumbers() {
        Rejections.rejectedNaming(() -> User.of(-1, 0), "user: \"-1\"");
        Rejections.rejectedNaming(() -> User.of(0, -1), "group: \"-1\"");
    }

    @Test
    void refusesALongName() {
        assertThat(User.parse("a".repeat(254)).user()).hasSize(254);
        Rejections.rejectedNaming(() -> User.parse("a".repeat(256)), "user: ");
    }
}
