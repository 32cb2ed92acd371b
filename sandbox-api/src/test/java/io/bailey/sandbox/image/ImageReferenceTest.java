package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Optional;

/** The cases are those of {@code distribution/reference}, and what a stranger might try besides. */
class ImageReferenceTest {
    private static final String HEX =
            "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a";
    private static final String SHA256 = "sha256:" + "f".repeat(64);
    private static final String SHA512 = "sha512:" + "f".repeat(128);

    @ParameterizedTest
    @CsvSource({
        // what is written, registry, repository
        "fooo/bar,                              docker.io, fooo/bar",
        "docker.io/fooo/bar,                    docker.io, fooo/bar",
        "index.docker.io/fooo/bar,              docker.io, fooo/bar",
        "ubuntu,                                docker.io, library/ubuntu",
        "library/ubuntu,                        docker.io, library/ubuntu",
        "docker.io/library/ubuntu,              docker.io, library/ubuntu",
        "docker.io/ubuntu,                      docker.io, library/ubuntu",
        "index.docker.io/ubuntu,                docker.io, library/ubuntu",
        "index.docker.io/library/ubuntu,        docker.io, library/ubuntu",
        "nonlibrary/ubuntu,                     docker.io, nonlibrary/ubuntu",
        "other/library,                         docker.io, other/library",
        "library/foo/bar,                       docker.io, library/foo/bar",
        "store/foo/bar,                         docker.io, store/foo/bar",
        "ubuntu-12.04-base,                     docker.io, library/ubuntu-12.04-base",
        "index.docker.io/library/ubuntu-12.04,  docker.io, library/ubuntu-12.04",
        "docker/migrator,                       docker.io, docker/migrator",
        "test_com/foo,                          docker.io, test_com/foo",
        "test_com,                              docker.io, library/test_com",
        "foo/foo_bar.com,                       docker.io, foo/foo_bar.com",
        "docker-rules/docker,                   docker.io, docker-rules/docker",
        "docker---rules/docker,                 docker.io, docker---rules/docker",
        "dock__er/docker,                       docker.io, dock__er/docker",
        "d/docker,                              docker.io, d/docker",
        "jess/t,                                docker.io, jess/t",
        "docker.io,                             docker.io, library/docker.io",
        "localhost,                             docker.io, library/localhost",
        "192.168.0.1,                           docker.io, library/192.168.0.1",
        "dbcc1,                                 docker.io, library/dbcc1",
        "127.0.0.1:8000/private/moonbase,       127.0.0.1:8000, private/moonbase",
        "127.0.0.1:8000/privatebase,            127.0.0.1:8000, privatebase",
        "192.168.1.1/repo,                      192.168.1.1, repo",
        "example.com/private/moonbase,          example.com, private/moonbase",
        "example.com:8000/privatebase,          example.com:8000, privatebase",
        "test:5000/repo,                        test:5000, repo",
        "test-com:8080/foo,                     test-com:8080, foo",
        "xn--n3h.com/foo,                       xn--n3h.com, foo",
        "xn--n3h.com:18080/foo,                 xn--n3h.com:18080, foo",
        "sub-dom1.foo.com/bar/baz/quux,         sub-dom1.foo.com, bar/baz/quux",
        "b.gcr.io/test.example.com/my-app,      b.gcr.io, test.example.com/my-app",
        "localhost/x,                           localhost, x",
        "localhost:5000/x,                      localhost:5000, x",
        "x/localhost,                           docker.io, x/localhost",
        "Foo/bar,                               Foo, bar",
        "FOO/bar,                               FOO, bar",
        "Docker.io/bar,                         Docker.io, bar",
        "[fc00::1]:5000/docker,                 '[fc00::1]:5000', docker",
        "[fc00:1:2:3:4:5:6:7]:5000/a/b,         '[fc00:1:2:3:4:5:6:7]:5000', a/b",
        "[2001:db8::1]/repo,                    '[2001:db8::1]', repo",
        "[2001:db8::]:5000/repo,                '[2001:db8::]:5000', repo",
        "[::1]:5000/repo,                       '[::1]:5000', repo",
        "[::]/repo,                             '[::]', repo",
        "[1:2:3:4:5:6:7::]/repo,                '[1:2:3:4:5:6:7::]', repo",
        "[ABCD::EF]:1/repo,                     '[ABCD::EF]:1', repo",
        "h:65535/repo,                          h:65535, repo"
    })
    void splits(String text, String registry, String repository) {
        ImageReference expected =
                new ImageReference(registry, repository, Optional.of("latest"), Optional.empty());
        assertThat(ImageReference.parse(text)).isEqualTo(expected);
        assertThat(expected.registry()).isEqualTo(registry);
        assertThat(expected.repository()).isEqualTo(repository);
        assertThat(expected.name()).isEqualTo(registry + "/" + repository);
        assertThat(expected).hasToString(registry + "/" + repository + ":latest");
    }

    @ParameterizedTest
    @CsvSource({
        "test.com:tag,                           docker.io/library/test.com:tag",
        "test.com:5000,                          docker.io/library/test.com:5000",
        "192.168.1.1:80,                         docker.io/library/192.168.1.1:80",
        "foo_bar.com:8080,                       docker.io/library/foo_bar.com:8080",
        "test.com/repo:tag,                      test.com/repo:tag",
        "test:5000/repo:tag,                     test:5000/repo:tag",
        "192.168.1.1:5000/repo:5050,             192.168.1.1:5000/repo:5050",
        "lowercase:Uppercase,                    docker.io/library/lowercase:Uppercase",
        "a/b:test.example.com,                   docker.io/a/b:test.example.com",
        "xn--n3h.com/myimage:xn--n3h.com,        xn--n3h.com/myimage:xn--n3h.com",
        "[2001:db8:1:2:3:4:5:6]/repo:tag,        '[2001:db8:1:2:3:4:5:6]/repo:tag'",
        "[2001:db8::1]:5000/repo:tag,            '[2001:db8::1]:5000/repo:tag'",
        "a:_,                                    docker.io/library/a:_",
        "a:-,                                    ",
        "a:.x,                                   ",
        "a:x/y,                                  ",
        "a:b:c,                                  ",
        "a:,                                     ",
        "a:x y,                                  ",
        "a:ä,                                    "
    })
    void readsTags(String text, String whole) {
        if (whole == null) {
            refused(() -> ImageReference.parse(text));
        } else {
            assertThat(ImageReference.parse(text)).hasToString(whole);
        }
    }

    @Test
    void readsDigests() {
        ImageReference pinned = ImageReference.parse("busybox@" + SHA256);
        assertThat(pinned.tag()).isEmpty();
        assertThat(pinned.digest()).contains(Digest.parse(SHA256));
        assertThat(pinned).hasToString("docker.io/library/busybox@" + SHA256);

        ImageReference both = ImageReference.parse("xn--7o8h.com/i:xn--7o8h.com@" + SHA512);
        assertThat(both.tag()).contains("xn--7o8h.com");
        assertThat(both.digest()).contains(Digest.parse(SHA512));
        assertThat(both).hasToString("xn--7o8h.com/i:xn--7o8h.com@" + SHA512);

        String address = "[2001:db8::1]:5000/repo:tag@" + SHA256;
        assertThat(ImageReference.parse(address)).hasToString(address);
        assertThat(ImageReference.parse("a:b").withDigest(Digest.parse(SHA256)))
                .isEqualTo(ImageReference.parse("a:b@" + SHA256));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":justtag",
                "/",
                "a/",
                "/a",
                "a//b",
                "docker///docker",
                "docker.io/",
                "docker.io//a",
                "docker.io/docker///docker",
                "localhost/",
                "https://github.com/docker/docker",
                "Uppercase:tag",
                "docker/Docker",
                "docker.io/docker/Docker",
                "test:5000/Uppercase/lowercase:tag",
                "-docker",
                "-docker/docker",
                "docker-/docker",
                "-docker-/docker",
                "-docker.io/docker/docker",
                "docker-.io/docker",
                "docker..io/docker",
                ".docker.io/docker",
                "docker.io./docker",
                "a/_b",
                "a/b_",
                "a/.b",
                "a/b.",
                "a/..",
                "../a",
                "a/../b",
                "a.b/../../etc",
                "____/____",
                "_docker/_docker",
                "dock..er/docker",
                "dock_.er/docker",
                "dock-.er/docker",
                "dock___er/docker",
                "aa/asdf$$^/aa",
                "foo_bar.com/x",
                "a.b:/x",
                "a.b:x/y",
                "a.b:65536/x",
                "a.b:99999999999999999999/x",
                "[fc00::1]",
                "[fc00::1]:5000",
                "[2001:db8::1]:tag",
                "fc00::1:5000/debian",
                "[fe80::1%eth0]:5000/debian",
                "[fe80::1%@invalidzone]:5000/repo",
                "[2001:db8:3:4::192.0.2.33]:5000/debian",
                "[:::]/a",
                "[:]/a",
                "[]/a",
                "[1::2::3]/a",
                "[1:2:3]/a",
                "[1:2:3:4:5:6:7:8:9]/a",
                "[1:2:3:4:5:6:7:8::]/a",
                "[12345::]/a",
                "[::1/a",
                "a\nb",
                "a\0b",
                "a@",
                "a@b",
                "a@sha256",
                "ä",
                "a/ä",
                "Ä/a"
            })
    void refuses(String text) {
        refused(() -> ImageReference.parse(text), "read a ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:",
                "sha256:ffff",
                "sha256:ffffffffffffffffffffffffffffffffff",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                "invaliddigest:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "sha256:gfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "sha256:Ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "sha512:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void refusesDigests(String digest) {
        refused(() -> ImageReference.parse("repo@" + digest), "digest");
        refused(() -> ImageReference.parse("repo@" + SHA256 + "@" + digest), "digest");
    }

    @Test
    void refusesWhatCouldBeAnId() {
        refused(() -> ImageReference.parse(HEX), HEX, "64 hexadecimal digits");
        assertThat(ImageReference.parse("docker.io/" + HEX).repository())
                .isEqualTo("library/" + HEX);
        // As upstream: with a tag nobody takes it for an id.
        assertThat(ImageReference.parse(HEX + ":a").repository()).isEqualTo("library/" + HEX);
        assertThat(ImageReference.parse(HEX.substring(1)).repository())
                .isEqualTo("library/" + HEX.substring(1));
        assertThat(
                        ImageReference.parse(
                                "thisisthesongthatneverendsitgoesonandonandonthisisthesongth"))
                .isNotNull();
    }

    @Test
    void knowsTheLongestNameAndTag() {
        String longest = "a/".repeat(127) + "a";
        assertThat(longest).hasSize(255);
        assertThat(
                        new ImageReference(
                                "a.b", longest.substring(4), Optional.of("x"), Optional.empty()))
                .hasToString("a.b/" + longest.substring(4) + ":x");
        refused(() -> ImageReference.parse("a.b/" + longest.substring(2)), "longer than 255");
        refused(() -> ImageReference.parse(longest), "longer than 255");
        String tag = "t".repeat(128);
        assertThat(ImageReference.parse("a:" + tag).tag()).contains(tag);
        refused(() -> ImageReference.parse("a:" + tag + "t"), "tag");
    }

    /** Java's patterns recurse; a long text must neither end the stack nor take for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"a.", "a/", "a-", "a_", "-", "A", ":", "@", "[", "[:", "a:1/", "1"})
    void refusesTheEndless(String piece) {
        refused(() -> ImageReference.parse(piece.repeat(300_000)));
        refused(() -> ImageReference.parse("x/" + piece.repeat(300_000) + "z"));
        refused(() -> ImageReference.parse("x:" + piece.repeat(300_000)));
        refused(() -> ImageReference.parse("x@sha256:" + piece.repeat(300_000)));
    }

    @Test
    void isNormalHoweverMade() {
        Optional<String> tag = Optional.of("1");
        assertThat(new ImageReference("index.docker.io", "alpine", tag, Optional.empty()))
                .isEqualTo(ImageReference.parse("alpine:1"));
        refused(
                () -> new ImageReference("evil", "alpine", tag, Optional.empty()),
                "\"evil\"",
                "a part of the repository's path");
        refused(
                () -> new ImageReference("a.b", "c", Optional.empty(), Optional.empty()),
                "neither tag nor digest");
        refused(() -> new ImageReference("", "c", tag, Optional.empty()), "registry");
        refused(() -> new ImageReference("a.b", "c:d", tag, Optional.empty()), "repository");
    }

    @Test
    void showsWhatIsHidden() {
        refused(
                () -> ImageReference.parse("a\u202eb\u200b\ud800\"\\\u001b"),
                "\"a\\u{202e}b\\u{200b}\\u{d800}\\u{22}\\u{5c}\\u{1b}\"");
        refused(() -> ImageReference.parse("-".repeat(121)), "-".repeat(120) + "…\"");
    }
}
