package io.bailey.sandbox.linux.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Optional;

class HostFactsTest {

    @Test
    void anOrdinaryUser() {
        HostFacts facts = HostFacts.probe(FixtureSource.healthy(), 1000, 1000, true);
        assertThat(facts.privileged()).isFalse();
        assertThat(facts.userNamespaces()).isTrue();
        assertThat(facts.kernel()).isEqualTo(new KernelVersion(6, 17, 0));
        assertThat(facts.overlayByFd()).isTrue();
        assertThat(facts.lastCapability()).isEqualTo(40);
        assertThat(facts.subordinate().usable()).isTrue();
        assertThat(facts.subordinate().uids()).contains(new IdRange(100_000, 65_536));
        assertThat(facts.subordinate().newgidmap().map(Path::getFileName))
                .contains(Path.of("newgidmap"));
    }

    @Test
    void rootOfAnotherUserNamespaceIsNotPrivileged() {
        FixtureSource nested =
                FixtureSource.healthy()
                        .file("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n")
                        .file("/proc/self/uid_map", "         0     100000      65536\n");
        HostFacts facts = HostFacts.probe(nested, 0, 0, true);
        assertThat(facts.privileged()).isFalse();
        assertThat(facts.effectiveCapabilities()).isEqualTo(0x1ffffffffffL);
    }

    @Test
    void onlyTheWholeRangeIsTheInitialNamespace() {
        assertThat(HostFacts.isWholeRange("         0          0 4294967295")).isTrue();
        assertThat(HostFacts.isWholeRange("0 0 4294967294")).isFalse();
        assertThat(HostFacts.isWholeRange("0 0 42949672950")).isFalse();
        assertThat(HostFacts.isWholeRange("0 1000 1")).isFalse();
        assertThat(HostFacts.isWholeRange("")).isFalse();
    }

    @Test
    void readsSubordinateFilesAsTheManPageSays() {
        String text =
                "# comment\nbob:200000:65536\nada:300000:0\n1000:400000:65536\nada:500000:65536\n";
        assertThat(SubordinateFiles.firstRange(text, "ada", 1000))
                .contains(new IdRange(400_000, 65_536));
        assertThat(SubordinateFiles.firstRange(text, "bob", 7))
                .contains(new IdRange(200_000, 65_536));
        assertThat(SubordinateFiles.firstRange(text, "eve", 8)).isEmpty();
        assertThat(SubordinateFiles.firstRange("ada:x:1\nada:99999999999:1\nada\n:1:2\n", "ada", 1))
                .isEmpty();
        assertThat(SubordinateFiles.firstRange(":1:2\n", "", 1)).isEqualTo(Optional.empty());
    }

    @Test
    void findsTheNameOfAUser() {
        assertThat(
                        SubordinateFiles.userName(
                                "root:x:0:0::/:/bin/sh\nada:x:1000:1000::/:/bin/sh\n", 1000))
                .isEqualTo("ada");
    }

    @Test
    void thisHostAnswers() {
        HostFacts facts = HostFacts.probe(Linux.host());
        assertThat(facts.euid()).isEqualTo(Linux.host().geteuid());
        assertThat(facts.lastCapability()).isBetween(36, 63);
        assertThat(facts.kernel().major()).isGreaterThanOrEqualTo(5);
    }
}
