package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Documents in Docker's format, and what is wrong with others. */
class ProfileReaderTest {
    private static Profile read(String json) {
        return ProfileReader.read(json.replace('\'', '"'));
    }

    private static Profile rule(String members) {
        return read("{'defaultAction': 'SCMP_ACT_ERRNO', 'syscalls': [{" + members + "}]}");
    }

    private static String answer(Profile profile, String name, long... arguments) {
        Filter filter = FilterCompiler.compile(profile, Filters.X86);
        return Filters.answer(filter, Call.of(name, arguments));
    }

    @Test
    void readsADocumentOfDockers() throws Exception {
        Profile profile =
                ProfileReader.read(
                        Files.readString(Path.of("src/test/resources/seccomp/docker-format.json")));
        assertThat(answer(profile, "read")).isEqualTo("allow");
        assertThat(answer(profile, "mount")).isEqualTo("EPERM");
        assertThat(answer(profile, "clone", 17)).isEqualTo("allow");
        assertThat(answer(profile, "clone", 0x1000_0000)).isEqualTo("EPERM");
        assertThat(answer(profile, "clone3")).isEqualTo("ENOSYS");
        assertThat(answer(profile, "socket", 38, 1)).isEqualTo("EPERM");
        assertThat(answer(profile, "statx")).isEqualTo("ENOSYS");
        FilterCompiler.requireStartable(profile, Filters.X86);
    }

    @Test
    void testsOfOneArgumentAreAlternatives() {
        Profile profile =
                rule(
                        "'names': ['personality'], 'action': 'SCMP_ACT_ALLOW', 'args': ["
                                + "{'index': 0, 'value': 8, 'op': 'SCMP_CMP_EQ'},"
                                + "{'index': 0, 'value': 9, 'op': 'SCMP_CMP_EQ'}]");
        assertThat(answer(profile, "personality", 8)).isEqualTo("allow");
        assertThat(answer(profile, "personality", 9)).isEqualTo("allow");
        assertThat(answer(profile, "personality", 7)).isEqualTo("EPERM");
    }

    @Test
    void testsOfSeveralArgumentsMustAllBeTrue() {
        Profile profile =
                rule(
                        "'names': ['socket'], 'action': 'SCMP_ACT_ALLOW', 'args': ["
                                + "{'index': 0, 'value': 2, 'op': 'SCMP_CMP_EQ'},"
                                + "{'index': 1, 'value': 1, 'op': 'SCMP_CMP_EQ'}]");
        assertThat(answer(profile, "socket", 2, 1)).isEqualTo("allow");
        assertThat(answer(profile, "socket", 2, 2)).isEqualTo("EPERM");
        assertThat(answer(profile, "socket", 1, 1)).isEqualTo("EPERM");
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        Profile profile =
                read(
                        "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': ["
                                + "{'name': 'sync', 'action': 'SCMP_ACT_ERRNO'},"
                                + "{'name': 'sync', 'action': 'SCMP_ACT_KILL_PROCESS'}]}");
        assertThat(answer(profile, "sync")).isEqualTo("EPERM");
    }

    @Test
    void whatIsNewerThanTheTablesDoesNotExistWhereTheRestIsDenied() {
        Call newer = new Call(0xC000_003E, 500);
        for (String action : List.of("SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_TRAP")) {
            Filter filter =
                    FilterCompiler.compile(
                            read("{'defaultAction': '" + action + "'}"), Filters.X86);
            assertThat(Filters.answer(filter, newer)).isEqualTo("ENOSYS");
        }
        Filter all =
                FilterCompiler.compile(read("{'defaultAction':'SCMP_ACT_ALLOW'}"), Filters.X86);
        assertThat(Filters.answer(all, newer)).isEqualTo("allow");
    }

    @Test
    void flagsWithoutMeaningHereAreTaken() {
        assertThat(
                        read(
                                "{'defaultAction': 'SCMP_ACT_ALLOW', 'architectures':"
                                        + " ['SCMP_ARCH_X86'], 'flags':"
                                        + " ['SECCOMP_FILTER_FLAG_TSYNC',"
                                        + " 'SECCOMP_FILTER_FLAG_SPEC_ALLOW']}"))
                .isEqualTo(Profile.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | $: has no \"defaultAction\"",
                "[] | $: a list is not accepted; it must be an object",
                "{'defaultAction': 'ALLOW'} | $.defaultAction: \"ALLOW\" is not accepted; it must be"
                        + " one of SCMP_ACT_ALLOW, SCMP_ACT_ERRNO",
                "{'defaultAction': 7} | $.defaultAction: 7 is not accepted; it must be a string",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultErrnoRet': 1} | $.defaultErrnoRet: 1 is"
                        + " not accepted; it must be absent: SCMP_ACT_ALLOW carries no number",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 4096} | a whole number of 0"
                        + " to 4095",
                "{'defaultAction': 'SCMP_ACT_ERRNO', 'defaultErrnoRet': 1.5} | $.defaultErrnoRet:",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'flags': ['SECCOMP_FILTER_FLAG_NEW_LISTENER']}"
                        + " | $.flags[0]: \"SECCOMP_FILTER_FLAG_NEW_LISTENER\" is not accepted",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'listenerPath': '/run/x'} | $.listenerPath:",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'sysCalls': []} | $: \"sysCalls\" is not known;"
                        + " accepted are archMap, architectures",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'archMap': [{'architecture': 'amd64'}]} |"
                        + " $.archMap[0].architecture: \"amd64\"",
                "{'defaultAction': 'SCMP_ACT_ALLOW', 'defaultAction': 'SCMP_ACT_ERRNO'} | uplicate",
                "{'defaultAction': 'SCMP_ACT_ALLOW'} x | not a JSON document",
                "{'defaultAction': 'SCMP_ACT_ALLOW'} {} | goes on after its end",
                "{'defaultAction': | not a JSON document",
                "nothing | not a JSON document",
            })
    void saysWhatIsWrong(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'action': 'SCMP_ACT_ALLOW' | $.syscalls[0]: must have either \"name\" or",
                "'name': 'read', 'names': ['write'], 'action': 'SCMP_ACT_ALLOW' | $.syscalls[0]: must",
                "'name': 'read' | $.syscalls[0]: has no \"action\"",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'arg': [] | $.syscalls[0]: \"arg\" is",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 6, 'value': 0, 'op':"
                        + " 'SCMP_CMP_EQ'}] | $.syscalls[0].args[0].index: 6 is not accepted; it must"
                        + " be a whole number of 0 to 5",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 0, 'value': -1, 'op':"
                        + " 'SCMP_CMP_EQ'}] | $.syscalls[0].args[0].value: -1",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 0, 'value':"
                        + " 18446744073709551616, 'op': 'SCMP_CMP_EQ'}] | 0 to 18446744073709551615",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'args': [{'index': 0, 'value': 1, 'op':"
                        + " '=='}] | $.syscalls[0].args[0].op: \"==\" is not accepted; it must be one"
                        + " of SCMP_CMP_NE",
                "'name': 'read', 'action': 'SCMP_ACT_ALLOW', 'includes': {'minKernel': 'new'} |"
                        + " $.syscalls[0].includes.minKernel: \"new\"",
            })
    void saysWhatIsWrongWithARule(String members, String message) {
        assertThatThrownBy(() -> rule(members))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 100_000})
    void depthIsBounded(int depth) {
        assertThatThrownBy(() -> read("[".repeat(depth) + "]".repeat(depth)))
                .isInstanceOf(ProfileException.class);
    }

    @Test
    void sizeAndCountsAreBounded() {
        assertThatThrownBy(() -> read(" ".repeat(JsonTree.MAX_LENGTH + 1)))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("4194304");
        assertThatThrownBy(() -> read("[" + "[],".repeat(200_000) + "[]]"))
                .isInstanceOf(ProfileException.class);
        String many =
                IntStream.range(0, 10_001)
                        .mapToObj(_ -> "{'name':'read','action':'SCMP_ACT_ALLOW'}")
                        .collect(Collectors.joining(","));
        assertThatThrownBy(
                        () -> read("{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[" + many + "]}"))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("10000 rules");
    }
}
