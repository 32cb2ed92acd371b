package io.bailey.sandbox.linux.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** {@code WWW-Authenticate} as servers write it. */
class ChallengeTest {

    private static List<Challenge> parse(String... headers) {
        return Challenge.parse(List.of(headers));
    }

    @Test
    void readsOne() {
        assertThat(
                        parse(
                                "Bearer realm=\"https://a/t\",service=\"b\",scope=\"repository:x:pull,push\""))
                .containsExactly(
                        new Challenge(
                                "bearer",
                                Map.of(
                                        "realm", "https://a/t",
                                        "service", "b",
                                        "scope", "repository:x:pull,push")));
    }

    @Test
    void readsSeveralOfOneHeader() {
        assertThat(
                        parse(
                                "Basic realm=\"a, \\\"b\\\"\", Negotiate, BEARER Realm = c , service=\"d\""))
                .containsExactly(
                        new Challenge("basic", Map.of("realm", "a, \"b\"")),
                        new Challenge("negotiate", Map.of()),
                        new Challenge("bearer", Map.of("realm", "c", "service", "d")));
    }

    @Test
    void readsSeveralHeaders() {
        assertThat(parse("Negotiate", "Basic realm=a"))
                .extracting(Challenge::scheme)
                .containsExactly("negotiate", "basic");
    }

    @Test
    void passesOverTokens() {
        assertThat(parse("Negotiate a/b+c==, Basic realm=\"x\""))
                .containsExactly(
                        new Challenge("negotiate", Map.of()),
                        new Challenge("basic", Map.of("realm", "x")));
        assertThat(parse("NTLM TlRMTVNTUAAC, Basic realm=\"x\""))
                .extracting(Challenge::scheme)
                .containsExactly("ntlm", "basic");
    }

    @Test
    void theFirstOfTwoParametersCounts() {
        assertThat(parse("Bearer realm=a,realm=b").getFirst().parameter("realm")).contains("a");
    }

    @Test
    void bearsWhatBreaksTheGrammar() {
        assertThat(parse("", ",,,", "=", "\"", "realm=x")).isEmpty();
        assertThat(parse("Bearer realm=\"never ends").getFirst().parameter("realm"))
                .contains("never ends");
        assertThat(parse("Bearer realm=\"x\\").getFirst().parameter("realm")).contains("x\\");
        assertThat(parse("Bearer realm=").getFirst().parameter("realm")).isEmpty();
    }
}
