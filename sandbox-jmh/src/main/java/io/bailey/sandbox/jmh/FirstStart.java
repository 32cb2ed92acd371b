package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The first start of a fresh JVM, from the first line of main to the result; the start of the JVM
 * itself is left out.
 */
public final class FirstStart {
    private FirstStart() {}

    static void print(Workbench bench, PrintStream out, int jvms, Results results)
            throws IOException, InterruptedException {
        Sample sandbox = new Sample();
        Sample process = new Sample();
        String program = bench.program().toString();
        for (int i = 0; i < jvms; i++) {
            sandbox.add(run(List.of("sandbox", program)));
            process.add(run(List.of("process", program)));
        }
        sandbox.report(results, "first start of a JVM", "sandbox");
        process.report(results, "first start of a JVM", "ProcessBuilder");
        out.printf(
                Locale.ROOT,
                "%n## First start of a fresh JVM: from main to result, milliseconds, %d JVMs each%n%n",
                jvms);
        out.println("| what | p50 | max | min |");
        out.println("| --- | --- | --- | --- |");
        out.printf(
                Locale.ROOT,
                "| sandbox of the host's root, everything default | %s |%n",
                sandbox.cells());
        out.printf(Locale.ROOT, "| ProcessBuilder | %s |%n", process.cells());
    }

    private static long run(List<String> arguments) throws IOException, InterruptedException {
        Process jvm =
                new ProcessBuilder(FreshJvm.command(List.of(), FirstStart.class, arguments))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String answer = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        if (jvm.waitFor() != 0) {
            throw new IOException("a fresh JVM failed; its message is above");
        }
        return Long.parseLong(answer.strip());
    }

    /** The fresh JVM: {@code sandbox|process}, a program. Prints the nanoseconds. */
    public static void main(String[] args) throws IOException, InterruptedException {
        long began = System.nanoTime();
        if (args[0].equals("sandbox")) {
            Sandbox.builder().run(args[1]).orThrow();
        } else {
            new ProcessBuilder(args[1]).start().waitFor();
        }
        System.out.println(System.nanoTime() - began);
    }
}
