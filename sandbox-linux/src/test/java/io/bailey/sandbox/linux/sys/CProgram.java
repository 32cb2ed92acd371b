package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the C headers of this machine say: a program that prints numbers, compiled with gcc and run.
 */
public final class CProgram {
    private final StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n");
    private final StringBuilder body = new StringBuilder();

    public CProgram(String... headers) {
        include(headers);
        source.append("#include <stdio.h>\n#include <stddef.h>\n");
    }

    private void include(String... headers) {
        for (String header : List.of(headers)) {
            source.append("#include <").append(header).append(">\n");
        }
    }

    /** As if {@code macro} had been defined before the headers. */
    public CProgram define(String macro) {
        source.insert(0, "#define " + macro + "\n");
        return this;
    }

    /** Prints {@code expression} as an unsigned number under {@code name}. */
    public CProgram print(String name, String expression) {
        body.append("  printf(\"%s %llu\\n\", \"")
                .append(name)
                .append("\", (unsigned long long)(")
                .append(expression)
                .append("));\n");
        return this;
    }

    /** As {@link #print}, where the macro {@code macro} is defined. */
    public CProgram printIfDefined(String macro) {
        body.append("#ifdef ").append(macro).append('\n');
        print(macro, macro);
        body.append("#endif\n");
        return this;
    }

    /** What it printed. */
    public Map<String, Long> run(Path directory) throws IOException, InterruptedException {
        Path file = directory.resolve("ask.c");
        Path binary = directory.resolve("ask");
        Files.writeString(file, source + "int main(void) {\n" + body + "  return 0;\n}\n");
        output("gcc", "-w", "-o", binary.toString(), file.toString());
        Map<String, Long> answers = new HashMap<>();
        output(binary.toString())
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(words -> answers.put(words[0], Long.parseUnsignedLong(words[1])));
        return answers;
    }

    /** A whole program of the test's own. Returns the executable. */
    public static Path compile(Path directory, String source)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("program.c"), source);
        Path binary = directory.resolve("program");
        output("gcc", "-O1", "-w", "-o", binary.toString(), file.toString());
        return binary;
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", String.join(" ", command), said).isZero();
        return said;
    }
}
