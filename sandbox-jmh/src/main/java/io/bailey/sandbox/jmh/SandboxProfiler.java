package io.bailey.sandbox.jmh;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Runs each fork of a JMH benchmark in a sandbox of its own, on processors and with memory of its
 * own, and reports what its control group counted. Put {@code sandbox-jmh} and {@code
 * sandbox-linux} on the class path of the benchmarks, and say:
 *
 * {@snippet lang = "shell" :
 * java -jar benchmarks.jar -prof "io.bailey.sandbox.jmh.SandboxProfiler:cpuset=1;memory=512M;pids=256"
 * }
 *
 * <p>The options, separated by semicolons; each is left out for no limit:
 *
 * <dl>
 *   <dt>{@code cpuset=LIST}
 *   <dd>the processors to run on, such as {@code 1} or {@code 0-3,8}; the JVM counts them when it
 *       sizes its pools
 *   <dt>{@code cpus=NUMBER}
 *   <dd>the most processor time a second, such as {@code 1.5}
 *   <dt>{@code memory=SIZE}
 *   <dd>the most memory, such as {@code 512M}, heap, code and page cache together. The fork also
 *       gets {@code -XX:MaxRAM} of that size, before all other options, so that its heap fits
 *   <dt>{@code pids=NUMBER}
 *   <dd>the most processes and threads
 *   <dt>{@code read=PATH}, {@code write=PATH}
 *   <dd>one more file or directory to show; the host's tree is there for reading anyway, but not
 *       what is below {@code /tmp}, {@code /var/tmp} and {@code /run}, and nothing may be written
 *       to. Name here where another profiler writes its recordings. May be repeated
 *   <dt>{@code walls=true}
 *   <dd>with the standard seccomp filter and Landlock, which are left out otherwise: the benchmark
 *       is the user's own code, and a filter costs something at each system call
 * </dl>
 *
 * <p>Secondary results: {@code sandbox.cpu.user}, {@code sandbox.cpu.system}, {@code
 * sandbox.cpu.throttled} (milliseconds, of the whole fork: its start and its warm-up too), {@code
 * sandbox.memory.peak} (MiB), {@code sandbox.pids.peak} (tasks), {@code sandbox.io.read}, {@code
 * sandbox.io.written} (MiB). Of several forks, memory and tasks are the largest, the others the
 * mean. What the host does not count is left out.
 *
 * <p>What a fork sees is described at {@link Launch}. The network is the host's, because the fork
 * talks to JMH through a socket. Its process number is that of its own namespace, so profilers that
 * attach from outside by that number ({@code perfnorm}, {@code jcmd}) do not find it. Other
 * profilers that put something before the command line ({@code perf}) are to come later on JMH's
 * command line than this one, to be inside.
 *
 * @since 0.1
 */
public final class SandboxProfiler implements ExternalProfiler {
    /** Little to load, little to compile, no processor taken from the benchmark. */
    private static final List<String> SMALL_JVM =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final String text;
    private final LaunchOptions options;
    private Optional<Path> figures = Optional.empty();

    /**
     * Creates one without limits, for JMH's list of profilers.
     *
     * @throws ProfilerException if this host has no sandboxes; the message says why
     */
    public SandboxProfiler() throws ProfilerException {
        this("");
    }

    /**
     * Creates one.
     *
     * @param options as described above; may be empty
     * @throws ProfilerException if an option is wrong, or this host cannot give what they ask for;
     *     the message says which, and what could be there
     */
    public SandboxProfiler(String options) throws ProfilerException {
        this.text = options;
        try {
            this.options = LaunchOptions.parse(options);
            prove(this.options);
        } catch (SandboxConfigException e) {
            throw new ProfilerException(e.getMessage(), e);
        } catch (SandboxException e) {
            throw new ProfilerException("no such sandbox here: " + e.getMessage(), e);
        }
    }

    /** Some limits are refused only when they are set, and a fork would fail without a word. */
    private static void prove(LaunchOptions options) throws ProfilerException {
        Sandbox.Builder builder = Sandbox.builder();
        options.applyTo(builder);
        try {
            builder.run("true").orThrow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProfilerException(e);
        }
    }

    /**
     * Returns the launcher, which goes before the fork's command line.
     *
     * @param params of the benchmark; not looked at
     * @return a command line without its last part
     */
    @Override
    public Collection<String> addJVMInvokeOptions(BenchmarkParams params) {
        Path file = newFigures();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new CommandLine()
                .and(java, "--enable-native-access=ALL-UNNAMED")
                .and(SMALL_JVM)
                .and("-cp", System.getProperty("java.class.path"), Launch.class.getName())
                .and("--options", text)
                .and("--figures", file.toString())
                .and("--parent", Long.toString(ProcessHandle.current().pid()))
                .and("--")
                .words();
    }

    /**
     * Returns the size of the memory in a form that the JVM understands: in a sandbox without a
     * view of the control groups it would take that of the whole machine for its own.
     *
     * @param params of the benchmark; not looked at
     * @return an option, or none
     */
    @Override
    public Collection<String> addJVMOptions(BenchmarkParams params) {
        return options.memory()
                .map(size -> List.of("-XX:MaxRAM=" + MemorySize.parse(size).bytes()))
                .orElse(List.of());
    }

    /**
     * Does nothing.
     *
     * @param params of the benchmark
     */
    @Override
    public void beforeTrial(BenchmarkParams params) {}

    /**
     * Returns what the control group of the fork that has just ended counted.
     *
     * @param result of the benchmark; not looked at
     * @param pid of the fork, in its own namespace; not looked at
     * @param stdOut what it wrote, unless it was printed
     * @param stdErr what it wrote, unless it was printed
     * @return the secondary results
     */
    @Override
    @SuppressWarnings("rawtypes") // JMH's signature
    public Collection<? extends Result> afterTrial(
            BenchmarkResult result, long pid, File stdOut, File stdErr) {
        Optional<Path> file = figures;
        if (file.isEmpty()) {
            return List.of();
        }
        try {
            List<? extends Result> results = LaunchFigures.read(file.get()).results();
            Files.delete(file.get());
            figures = Optional.empty();
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the figures of the fork", e);
        }
    }

    /**
     * The fork's output may be printed as it comes.
     *
     * @return true
     */
    @Override
    public boolean allowPrintOut() {
        return true;
    }

    /**
     * The fork's errors may be printed as they come.
     *
     * @return true
     */
    @Override
    public boolean allowPrintErr() {
        return true;
    }

    @Override
    public String getDescription() {
        return "Sandbox around each fork: processors and memory of its own, and what it used";
    }

    /** A fork that failed leaves its file unread: the next one takes it over. */
    private Path newFigures() {
        try {
            Path file =
                    figures.isPresent()
                            ? figures.get()
                            : Files.createTempFile("bailey-figures", ".properties");
            file.toFile().deleteOnExit();
            figures = Optional.of(file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a file for the figures", e);
        }
    }
}
