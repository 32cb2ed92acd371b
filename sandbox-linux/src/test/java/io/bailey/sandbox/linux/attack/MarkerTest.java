package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A hostile program does nothing where it is not meant to run. What is tried here is "control",
 * which does nothing anyhow.
 */
@ExtendWith(Stage.class)
class MarkerTest {
    private static final List<String> NO_NEW_PRIVILEGES = List.of("setpriv", "--no-new-privs");

    private static void assertNothingIsDone(List<String> prefix, Path program, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .start();
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
        assertThat(process.waitFor()).isEqualTo(Wall.NO_MARKER);
    }

    private static List<Path> programs() {
        return Stage.arena().programs().hostile().toList();
    }

    @Test
    void withoutArguments() throws Exception {
        Powers.require(Power.STATIC_GCC);
        for (Path program : programs()) {
            assertNothingIsDone(List.of(), program);
            assertNothingIsDone(List.of(), program, "try", "control");
        }
    }

    @Test
    void withAMarkerThatIsNotThere() throws Exception {
        Powers.require(Power.STATIC_GCC);
        Marker marker = Stage.arena().inside();
        for (Path program : programs()) {
            assertNothingIsDone(
                    NO_NEW_PRIVILEGES, program, marker.path(), marker.token(), "try", "control");
        }
    }

    /** The right file with the right word, as of a test's own sandbox, but on the host. */
    @Test
    void withTheRightMarkerOutside() throws Exception {
        Powers.require(Power.STATIC_GCC);
        Arena arena = Stage.arena();
        String inside = arena.root() + arena.inside().path();
        String inPlace = arena.inPlace().path();
        for (Path program : programs()) {
            for (String marker : List.of(inside, inPlace)) {
                for (List<String> prefix : List.of(List.<String>of(), NO_NEW_PRIVILEGES)) {
                    assertNothingIsDone(
                            prefix, program, marker, arena.inside().token(), "try", "control");
                }
            }
        }
    }

    /** Even if somebody had put the marker into the root of the host's own tree. */
    @Test
    void withTheRightMarkerInTheHostsNamespaces() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.ROOT);
        Arena arena = Stage.arena();
        List<String> chroot = List.of("setpriv", "--no-new-privs", "chroot", arena.root() + "");
        for (String program : List.of("attempts", "bombs")) {
            assertNothingIsDone(
                    chroot,
                    Path.of(Marker.INSIDE, program),
                    arena.inside().path(),
                    arena.inside().token(),
                    "try",
                    "control");
        }
    }

    /** With mounts of its own and the host's processes in sight, half of the walls are there. */
    @Test
    void withTheRightMarkerInAMountNamespaceOnly() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.ROOT);
        Arena arena = Stage.arena();
        String enter =
                "mount --rbind /proc $0/proc && exec setpriv --no-new-privs chroot $0 \"$@\"";
        List<String> prefix =
                List.of("unshare", "--mount", "--propagation", "private", "--", "sh", "-c");
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(enter, arena.root().toString()));
        for (String program : List.of("attempts", "bombs")) {
            assertNothingIsDone(
                    command,
                    Path.of(Marker.INSIDE, program),
                    arena.inside().path(),
                    arena.inside().token(),
                    "try",
                    "control");
        }
    }

    @Test
    void withAnotherToken() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        Arena arena = Stage.arena();
        for (String token : List.of("", "x", arena.inside().token() + "x")) {
            var result =
                    BaileyWall.FULL
                            .sandbox()
                            .run(
                                    Marker.INSIDE + "/attempts",
                                    arena.inside().path(),
                                    token,
                                    "try",
                                    "control");
            assertThat(result.exitCode()).isEqualTo(Wall.NO_MARKER);
            assertThat(result.stdout() + result.stderr()).isEmpty();
        }
    }

    /** And where it is meant to run it does. */
    @Test
    void insideItIsFound() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        assertThat(BaileyWall.FULL.attempt("control").verdict()).isEqualTo(Answer.Verdict.ALLOWED);
        assertThat(BaileyWall.FULL.launch("bombs", "no such").exitCode()).isEqualTo(2);
    }

    /** The sources themselves: nothing comes before the check. */
    @Test
    void itIsTheFirstThingThatEachDoes() throws Exception {
        for (String source : List.of("attempts.c", "bombs.c")) {
            try (var text = HostilePrograms.resource(source)) {
                assertThat(new String(text.readAllBytes()))
                        .contains(
                                "int main(int argc, char **argv) {\n    require_marker(argc, argv);\n");
            }
        }
    }

    /** The path that marks the inside must mean nothing on any host. */
    @Test
    void noHostHasThePath() {
        assertThat(Stream.of(Marker.INSIDE).map(Path::of)).noneMatch(Files::exists);
    }
}
