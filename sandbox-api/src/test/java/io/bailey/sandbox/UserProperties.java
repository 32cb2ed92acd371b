package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

import java.util.OptionalLong;

class UserProperties {

    @Property
    void everyIdMeansItself(@ForAll @LongRange(min = 0, max = 4_294_967_294L) long id) {
        assertThat(User.parse(id + ":" + id).uid()).isEqualTo(OptionalLong.of(id));
        assertThat(User.parse(id + ":" + id).gid()).isEqualTo(OptionalLong.of(id));
    }

    @Property
    void noOtherNumberMeansAnything(@ForAll @LongRange(min = 4_294_967_295L) long id) {
        Rejections.rejectedNaming(() -> User.parse(Long.toString(id)), Long.toString(id));
        Rejections.rejectedNaming(() -> User.parse(Long.toString(-id)), Long.toString(-id));
    }

    @Property
    void intsAgreeWithText(@ForAll @IntRange int uid, @ForAll @IntRange int gid) {
        assertThat(User.of(uid, gid)).isEqualTo(User.parse(uid + ":" + gid));
    }

    @Property
    void whatIsAcceptedRoundTrips(
            @ForAll
                    @StringLength(min = 1, max = 8)
                    @Chars({'0', '1', '9', 'a', 'Z', '_', '-', '.', '$', ':', '+', ' '})
                    String text) {
        try {
            assertThat(User.parse(text)).hasToString(text);
        } catch (SandboxConfigException expected) {
            assertThat(expected).hasMessageContaining("is neither a name nor a number");
        }
    }
}
