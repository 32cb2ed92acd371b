package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.util.List;

class ExplainTest {
    private final ProgramBuilder program = new ProgramBuilder("test");

    @Test
    void readsLikeStraceWithAHeadingForEachStep() {
        Variable tree = program.variable("tree");
        Label absent = new Label();
        program.step("mount proc", "/proc");
        program.call(
                        Sys.OPEN_TREE,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of("/proc"),
                        Argument.flags("CLONE", 1))
                .store(tree)
                .tolerate(Errno.ENOENT, Errno.EACCES)
                .orElse(absent);
        program.call(Sys.READ, Argument.of(new Binding("lifeline")), Argument.addressOf(tree))
                .tolerate(Errno.EINTR)
                .ifZero(absent);
        program.step("close", "");
        program.call(Sys.CLOSE, Argument.of(tree)).repeat(0, 9);
        program.place(absent);
        program.call(Sys.MOUNT, Argument.nil(), Argument.of(Blob.struct("{1, 2}", 1, 2)));
        program.step("end", "");
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        assertThat(program.build().explain())
                .isEqualTo(
                        """
                             # mount proc /proc
                           0 open_tree(AT_FDCWD, "/proc", CLONE) = $tree; ENOENT|EACCES: goto 3
                           1 read(@lifeline, &tree) zero: goto 3; EINTR: go on
                             # close
                           2 close($tree) ...9
                           3 mount(NULL, {1, 2})
                             # end
                           4 exit_group(0)
                        """);
    }

    @Test
    void stringsAreQuotedAndCut() {
        assertThat(Argument.of("say \"hi\"\\\n")).hasToString("\"say \\\"hi\\\"\\\\\\n\"");
        assertThat(Argument.of("x".repeat(65)).toString()).hasSize(66).endsWith("...\"");
        assertThat(Argument.of("x".repeat(64)).toString()).doesNotContain("...");
    }

    /** A listing is one call a line: a caller's string must not be able to fake another. */
    @Test
    void noStringBreaksOutOfItsLine() {
        List<String> tricky = List.of("a\nb", "a\rb", "a\u001b[2Jb", "a\u0085b", "a\u2028b");
        for (String text : tricky) {
            assertThat(Argument.of(text).toString().chars())
                    .as(text.replaceAll("[^a-z]", "?"))
                    .noneMatch(c -> Character.isISOControl(c) || c == 0x2028);
        }
    }
}
