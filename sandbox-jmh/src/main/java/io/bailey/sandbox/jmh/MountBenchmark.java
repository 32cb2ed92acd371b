package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A root of a mounted image, made and let go of: the kernel's share of letting go is in it. {@link
 * ImageReport} times the making alone, beside the same from C.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="MountBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class MountBenchmark {

    /** An image of many small layers, as directories on tmpfs. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Mounted {
        /** How many layers. */
        @Param({"1", "20", "128"})
        public int layers;

        private Path directory;
        private Images images;
        private OurMount mount;
        private RootMaker roots;

        /** Makes the image and mounts it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            directory = Files.createTempDirectory(Path.of("/dev/shm"), "bailey-bench");
            Path program = Files.write(directory.resolve("true"), TinyElf.bytes());
            TestImage image = TinyLayers.write(directory.resolve("layout"), program, layers);
            images =
                    Images.builder()
                            .store(directory.resolve("store"))
                            .backend(LayerBackend.DIRECTORIES)
                            .sync(false)
                            .open();
            mount = new OurMount(images.load(image.layout(), "localhost/layers:1"));
            roots = new RootMaker(mount.fd());
        }

        /** Removes all of it. */
        @TearDown(Level.Trial)
        public void close() throws IOException, InterruptedException {
            mount.close();
            images.close();
            Trees.remove(directory);
        }
    }

    /** One to write to, with a tmpfs of its own. */
    @Benchmark
    public void writable(Mounted state) {
        state.roots.close(state.roots.writable());
    }

    /** One to read. */
    @Benchmark
    public void readOnly(Mounted state) {
        state.roots.close(state.roots.readOnly());
    }
}
