package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.User;
import io.bailey.sandbox.linux.plan.Site.RunAs;
import io.bailey.sandbox.linux.sys.Linux;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Whoever makes the root makes these files: whatever they hold, nobody becomes root by them. */
class AccountsProperties {
    private static final int NOBODYS = 4242;

    private final Linux linux = Linux.host();
    private Path root = Path.of("");
    private int directory = -1;

    @BeforeProperty
    void makeRoot() throws IOException {
        root = Files.createTempDirectory("bailey-accounts");
        Files.createDirectory(root.resolve("etc"));
        directory = linux.openat(Linux.AT_FDCWD, root.toString(), Linux.O_PATH, 0);
    }

    @AfterProperty
    void removeRoot() throws IOException {
        linux.close(directory);
        Files.deleteIfExists(root.resolve("etc/passwd"));
        Files.deleteIfExists(root.resolve("etc/group"));
        Files.delete(root.resolve("etc"));
        Files.delete(root);
    }

    private RunAs resolve(String passwd, String group, String user) throws IOException {
        Files.writeString(root.resolve("etc/passwd"), passwd);
        Files.writeString(root.resolve("etc/group"), group);
        return new Accounts(linux, directory).resolve(Optional.of(User.parse(user)));
    }

    /** Lines made of what such files hold, and of what they should not. */
    @Provide
    Arbitrary<String> files() {
        return Arbitraries.of(
                        "app",
                        "root",
                        "x",
                        ":",
                        "::",
                        ":x:",
                        "\n",
                        "4242",
                        "-1",
                        "+0",
                        "00",
                        "0x0",
                        "4294967295",
                        "4294967296",
                        "99999999999999999999",
                        "٠",
                        " ",
                        "\t",
                        "\0",
                        "\r",
                        ",",
                        "/home",
                        "../..",
                        "é")
                .list()
                .ofMaxSize(80)
                .map(parts -> String.join("", parts));
    }

    @Property
    void anythingIsReadOrRefusedInWords(
            @ForAll("files") String passwd, @ForAll("files") String group) throws IOException {
        for (String user : new String[] {"app", "app:app", "4242", "app:x", "root"}) {
            try {
                assertThat(resolve(passwd, group, user).home()).startsWith("/");
            } catch (SandboxConfigException refused) {
                assertThat(refused).hasMessageContaining("root's /etc/");
            }
        }
    }

    @Property
    void onlyAnIdIsOne(@ForAll("files") String id, @ForAll String noise) throws IOException {
        // One with a line break is a line of its own, and may well be that user's.
        Assume.that(id.indexOf('\n') < 0);
        String passwd = noise.replace("app", "") + "\napp:x:" + id + ":4242::/:/bin/sh\n";
        try {
            RunAs who = resolve(passwd, "", "app");
            // What follows a colon is the next field.
            String field = id.split(":", -1)[0];
            assertThat(Integer.toUnsignedString(who.uid()))
                    .isEqualTo(field.replaceFirst("^0+(?=.)", ""));
        } catch (SandboxConfigException refused) {
            assertThat(refused).hasMessageContaining("app");
        }
    }

    @Example
    void hugeFilesAreReadInNoTime() throws IOException {
        String line = "g:x:7:" + "app,".repeat(100) + "\n";
        String group = line.repeat((1 << 20) / line.length());
        String passwd = ":".repeat(1 << 19) + "\napp:x:4242:4242::/:\n";

        assertThat(resolve(passwd, group, "app").uid()).isEqualTo(NOBODYS);
    }

    @Example
    void moreGroupsThanTheKernelTakesAreRefused() throws IOException {
        String group =
                IntStream.range(1, 65_538)
                        .mapToObj(gid -> "g:x:" + gid + ":app\n")
                        .collect(Collectors.joining());
        assertThatThrownBy(() -> resolve("app:x:4242:4242::/:\n", group, "app"))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/etc/group has \"app\" in 65537 groups");
    }
}
