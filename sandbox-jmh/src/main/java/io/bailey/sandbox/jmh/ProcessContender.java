package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command line, by ProcessBuilder. */
record ProcessContender(String title, String lacks, List<String> command) implements Contender {
    private static final long SECONDS = 60;

    @Override
    public String configuration() {
        return String.join(" ", command);
    }

    @Override
    public long run() throws IOException, InterruptedException {
        return run(command);
    }

    /** Runs it once. */
    static long run(List<String> command) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process = new ProcessBuilder(command).start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " did not end in " + SECONDS + " seconds");
        }
        long ended = System.nanoTime();
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", command)
                            + ": exit "
                            + process.exitValue()
                            + ", "
                            + new String(
                                            process.getErrorStream().readAllBytes(),
                                            StandardCharsets.UTF_8)
                                    .strip());
        }
        return ended - began;
    }

    /** A JVM that runs a command for each byte it reads and answers with the nanoseconds. */
    static final class Server {
        private Server() {}

        public static void main(String[] command) throws IOException, InterruptedException {
            while (System.in.read() >= 0) {
                System.out.println(ProcessContender.run(List.of(command)));
            }
        }
    }
}
