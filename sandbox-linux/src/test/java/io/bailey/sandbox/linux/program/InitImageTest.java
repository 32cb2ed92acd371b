package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The init as elf(5) has it. */
class InitImageTest {
    private static final int PT_LOAD = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 1;

    private final byte[] image = image();
    private final ByteBuffer elf = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);

    private record Segment(
            int type, int flags, long offset, long address, long inFile, long inMemory) {
        boolean covers(long at) {
            return at >= address && at < address + inMemory;
        }
    }

    private static byte[] image() {
        ProgramBuilder program = new ProgramBuilder("test");
        program.call(Sys.CHDIR, Argument.of("/"));
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        return Images.of(program.build().link(), 2, 5, Map.of());
    }

    private List<Segment> segments() {
        List<Segment> all = new ArrayList<>();
        for (int i = 0; i < elf.getShort(56); i++) {
            int at = (int) elf.getLong(32) + i * elf.getShort(54);
            all.add(
                    new Segment(
                            elf.getInt(at),
                            elf.getInt(at + 4),
                            elf.getLong(at + 8),
                            elf.getLong(at + 16),
                            elf.getLong(at + 32),
                            elf.getLong(at + 40)));
        }
        return all;
    }

    private Segment loaded(long address) {
        return segments().stream()
                .filter(segment -> segment.type() == PT_LOAD && segment.covers(address))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isAStaticExecutableForThisMachine() {
        assertThat(Arrays.copyOf(image, 7)).containsExactly(0x7F, 'E', 'L', 'F', 2, 1, 1);
        assertThat(elf.getShort(16)).as("ET_EXEC").isEqualTo((short) 2);
        assertThat(elf.getShort(18)).as("EM_X86_64").isEqualTo((short) 62);
        assertThat(segments()).extracting(Segment::type).doesNotContain(3 /* PT_INTERP */, 2);
    }

    @Test
    void noSegmentIsBothWritableAndExecutable() {
        assertThat(segments())
                .hasSize(3)
                .noneMatch(s -> (s.flags() & WRITE) != 0 && (s.flags() & EXECUTE) != 0);
        assertThat(segments())
                .filteredOn(s -> s.type() == 0x6474e551)
                .as("PT_GNU_STACK")
                .hasSize(1);
    }

    @Test
    void itsEntryIsTheInterpretersAndExecutable() {
        Segment code = loaded(elf.getLong(24));
        assertThat(code.flags() & EXECUTE).isNotZero();
        int at = (int) (elf.getLong(24) - code.address() + code.offset());
        byte[] interpreter = InterpreterCode.bytes();
        assertThat(
                        Arrays.copyOfRange(
                                image, at, at + interpreter.length - InterpreterCode.INIT_ENTRY))
                .isEqualTo(
                        Arrays.copyOfRange(
                                interpreter, InterpreterCode.INIT_ENTRY, interpreter.length));
    }

    @Test
    void theProgramLiesWhereTheInterpreterLooks() {
        Segment program = loaded(InterpreterCode.INIT_PROGRAM);
        assertThat(program.address()).isEqualTo(InterpreterCode.INIT_PROGRAM);
        assertThat(program.flags() & WRITE).isNotZero();
        int at = (int) program.offset();
        assertThat(elf.getLong(at)).as("status fd").isEqualTo(5);
        assertThat(elf.getInt(at + 8)).as("kind").isEqualTo(2);
        long path = elf.getLong(at + SyscallProgram.OPERATIONS_OFFSET + 16);
        assertThat(image[(int) (path - program.address()) + at]).isEqualTo((byte) '/');
    }

    @Test
    void everySegmentLiesInTheFileAndOnItsPage() {
        for (Segment segment : segments()) {
            assertThat(segment.offset() + segment.inFile()).isLessThanOrEqualTo(image.length);
            assertThat(segment.inMemory()).isEqualTo(segment.inFile());
            if (segment.type() == PT_LOAD) {
                assertThat(segment.offset() % 4096).isEqualTo(segment.address() % 4096);
            }
        }
    }

    @Test
    void readelfFindsNothingWrong(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC); // stands for binutils
        Path file = Files.write(directory.resolve("init"), image);
        Process process =
                new ProcessBuilder("readelf", "-W", "-h", "-l", file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(said)
                .contains("EXEC (Executable file)", "X86-64", "0x0000000000401000", "R E")
                .doesNotContain("Warning", "Error", "RWE", "WE ");
    }
}
