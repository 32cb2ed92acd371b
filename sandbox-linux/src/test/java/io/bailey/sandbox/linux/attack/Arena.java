package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Where attacks take place: a root file system with the programs, the same in place for sandboxes
 * that have no root of their own, and things of the host to attack: a directory, a process, named
 * objects.
 */
final class Arena implements AutoCloseable {
    private static final int LAYER_BYTES = 4096;

    /** An owner that is nobody of the sandbox. */
    private static final int STRANGER = 4242;

    private final Path base;
    private final HostilePrograms programs;
    private final Helper victim;
    private final Helper objects;
    private final String token = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
    private final String name = "bailey-attack-" + token.substring(0, 12);
    private final int key = 0x62000000 | new Random().nextInt(0xffffff);
    private final Answers answers = new Answers();

    private Arena(Path base) throws IOException, InterruptedException {
        this.base = open(base);
        programs = HostilePrograms.compile(Files.createDirectory(base.resolve("programs")));
        fill(open(Files.createDirectories(root().resolve("bailey-attack"))));
        fill(open(Files.createDirectories(home())));
        for (String mountPoint : List.of("proc", "sys", "dev", "tmp", "etc")) {
            everybody(Files.createDirectory(root().resolve(mountPoint)));
        }
        Files.writeString(root().resolve("etc/hosts"), "");
        everybody(Files.createDirectory(work()));
        everybody(Files.writeString(canary(), "of the host\n"));
        makeOutside(everybody(Files.createDirectory(outside())));
        victim = Helper.start(programs.host(), "victim");
        objects =
                Helper.start(
                        programs.host(),
                        "objects",
                        Integer.toString(key),
                        name,
                        outside().resolve("socket").toString());
        inside().write(root().resolve("bailey-attack/marker"), "namespaces", facts("/tmp"));
        inPlace().write(home().resolve("marker"), "in-place", facts(work().toString()));
    }

    static Arena make() throws IOException, InterruptedException {
        assertThat(Path.of(Marker.INSIDE)).as("the mark of a sandbox").doesNotExist();
        return new Arena(Files.createTempDirectory("attack-"));
    }

    /** The root of sandboxes that have one. */
    Path root() {
        return base.resolve("root");
    }

    /** The programs, for sandboxes without a root. */
    Path home() {
        return base.resolve("home");
    }

    /** A directory that sandboxes without a root may write to. */
    Path work() {
        return base.resolve("work");
    }

    /** A directory of the host that nobody inside may touch. */
    Path outside() {
        return base.resolve("outside");
    }

    /** A file that everybody on the host may read. */
    Path canary() {
        return base.resolve("canary");
    }

    HostilePrograms programs() {
        return programs;
    }

    Answers answers() {
        return answers;
    }

    /** The marker of sandboxes that have a root of their own. */
    Marker inside() {
        return new Marker(Marker.INSIDE + "/marker", token);
    }

    /** The marker of sandboxes that have none. */
    Marker inPlace() {
        return new Marker(home().resolve("marker").toString(), token);
    }

    private Map<String, Object> facts(String work) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("home", work.equals("/tmp") ? Marker.INSIDE : home());
        facts.put("work", work);
        facts.put("outside", outside());
        facts.put("canary", canary());
        facts.put("victim", victim.pid());
        facts.put("jvm", ProcessHandle.current().pid());
        facts.put("name", name);
        facts.put("key", key);
        return facts;
    }

    /** The programs, copies of them with more rights than they should have, and a shared file. */
    private void fill(Path directory) throws IOException, InterruptedException {
        for (Path program : programs.hostile().toList()) {
            open(Files.copy(program, directory.resolve(program.getFileName())));
        }
        byte[] layer = new byte[LAYER_BYTES];
        new Random(1).nextBytes(layer);
        open(Files.write(directory.resolve("layer"), layer));
        if (Power.ROOT.isPresent()) {
            privileged(directory, "set-user-id", "unix:uid", 04755);
            privileged(directory, "set-group-id", "unix:gid", 02755);
            Path capable = open(Files.copy(programs.attempts(), directory.resolve("capable")));
            Helper.run(programs.host(), "bless", capable.toString());
        }
    }

    private void privileged(Path directory, String name, String id, int mode) throws IOException {
        Path program = Files.copy(programs.attempts(), directory.resolve(name));
        Files.setAttribute(program, id, STRANGER);
        Files.setAttribute(program, "unix:mode", mode);
    }

    private void makeOutside(Path directory) throws IOException {
        Path file = everybody(Files.writeString(directory.resolve("file"), "of the host\n"));
        everybody(Files.writeString(directory.resolve("sacrifice"), "of the host\n"));
        everybody(Files.createDirectory(directory.resolve("directory")));
        open(Files.copy(programs.attempts(), directory.resolve("program")));
        try {
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                    .write("secret", ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException | UnsupportedOperationException noAttributes) {
            // Then there is none to read.
        }
    }

    /** For all to read, and to execute. */
    private static Path open(Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path everybody(Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** The hostile programs that run at this moment, as the host sees them. */
    List<String> running() {
        return ProcessHandle.allProcesses()
                .map(process -> commandLine(process.pid()))
                .filter(line -> line.contains(token))
                .map(line -> line.replace('\0', ' '))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc", pid + "", "cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }

    /** What a signal that crossed has left: the victim is alive and has heard nothing. */
    void assertVictimIsUnharmed() {
        assertThat(victim.process().isAlive()).isTrue();
        try {
            assertThat(victim.output().ready()).as("a signal has crossed").isFalse();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        victim.close();
        objects.close();
        try (Stream<Path> all = Files.walk(base)) {
            all.sorted(Comparator.reverseOrder()).forEach(Arena::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
