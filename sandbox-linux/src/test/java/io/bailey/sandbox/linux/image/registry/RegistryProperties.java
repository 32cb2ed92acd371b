package io.bailey.sandbox.linux.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.document.Quoted;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What servers may write in headers. */
class RegistryProperties {

    @Provide
    Arbitrary<List<Challenge>> challenges() {
        Arbitrary<String> names =
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(6);
        Arbitrary<String> values = Arbitraries.strings().withChars("ab,=\"\\ /:").ofMaxLength(8);
        return Combinators.combine(
                        Arbitraries.of("bearer", "basic", "digest"),
                        Arbitraries.maps(names, values).ofMinSize(1).ofMaxSize(3))
                .as(Challenge::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    /** Written in one header and read back. */
    @Property
    void challengesComeBack(@ForAll("challenges") List<Challenge> challenges) {
        String header =
                challenges.stream()
                        .map(c -> c.scheme() + " " + written(c.parameters()))
                        .collect(Collectors.joining(", "));
        assertThat(Challenge.parse(List.of(header))).isEqualTo(challenges);
    }

    private static String written(Map<String, String> parameters) {
        return new LinkedHashMap<>(parameters)
                .entrySet().stream()
                        .map(p ->
                                p.getKey()
                                        + "=\""
                                        + p.getValue().replaceAll("([\"\\\\])", "\\\\$1")
                                        + "\"")
                        .collect(Collectors.joining(","));
    }

    @Property
    void anyHeaderIsRead(@ForAll("headers") String header) {
        assertThat(Challenge.parse(List.of(header))).isNotNull();
        assertThat(ContentRange.parse(header)).isNotNull();
        assertThat(RetryAfter.parse(header, Clock.systemUTC())).isNotNull();
        Addresses.web(header).ifPresent(uri -> assertThat(uri.getHost()).isNotNull());
        Addresses.web(URI.create("https://x/y"), header)
                .ifPresent(uri -> assertThat(Shown.url(uri)).doesNotContain("\n", "\r"));
    }

    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(40),
                Arbitraries.strings()
                        .withChars("bytes 0123456789-/*=,\"\\Barer:?#[]@%")
                        .ofMaxLength(40));
    }

    @Property
    void errorsOfAnyBytesAreBorne(@ForAll byte[] body) {
        assertThat(ErrorBody.words(body)).isNotNull();
    }

    @Property
    void whatIsQuotedIsOneShortLine(@ForAll String text) {
        assertThat(Quoted.text(text)).hasSizeLessThan(1300).doesNotContain("\n", "\r", "\u202e");
    }
}
