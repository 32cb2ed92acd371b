package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.stream.Collectors;

class MountInfoProperties {

    @Property
    void anyTextIsRead(@ForAll String text) {
        assertThat(MountInfo.parse(text)).hasSizeLessThanOrEqualTo(text.length() + 1);
    }

    /** Of what real lines are made of, in any order. */
    @Provide
    Arbitrary<String> shuffledWords() {
        return Arbitraries.of(
                        "36",
                        "0:3",
                        "/",
                        "/a\\040b",
                        "\\",
                        "\\1",
                        "\\777",
                        "rw",
                        "-",
                        "--",
                        "",
                        "master:1",
                        "tmpfs",
                        "\n",
                        "\0",
                        "é")
                .list()
                .ofMaxSize(60)
                .map(words -> String.join(" ", words));
    }

    @Property
    void anyWordsAreRead(@ForAll("shuffledWords") String text) {
        assertThat(MountInfo.parse(text)).hasSizeLessThanOrEqualTo(text.length() + 1);
    }

    @Property
    void everyPathComesBackFromTheKernelsEscapes(@ForAll String path) {
        assertThat(MountInfo.parse("1 2 0:3 / /" + escape(path) + " rw - tmpfs tmpfs rw\n"))
                .singleElement()
                .extracting(MountInfo::mountPoint)
                .isEqualTo("/" + path);
    }

    /** As mangle() of fs/seq_file.c does. */
    private static String escape(String text) {
        return text.chars()
                .mapToObj(c ->
                        c == ' ' || c == '\t' || c == '\n' || c == '\\'
                                ? String.format("\\%03o", c)
                                : Character.toString((char) c))
                .collect(Collectors.joining());
    }
}
