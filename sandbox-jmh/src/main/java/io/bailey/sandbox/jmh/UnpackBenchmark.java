package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.Image;
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
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An image from its layout into an empty store on tmpfs, both digests of each layer verified; as
 * directories, for a tmpfs cannot back an index's mount. {@link ImageReport} compares with others.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="UnpackBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class UnpackBenchmark {

    /** An image and a place for a store. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Layout {
        /** Which layers: {@code 0-3} are three real ones, {@code 3-4} is one of small files. */
        @Param({"0-3", "3-4"})
        public String layers;

        private Path directory;
        private TestImage image;

        /** Makes the image. */
        @Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            directory = Files.createTempDirectory(Path.of("/dev/shm"), "bailey-bench");
            List<TestLayer> all = TestLayer.make(directory.resolve("layers"), false);
            String[] range = layers.split("-", -1);
            image =
                    TestImage.write(
                            directory.resolve("layout"),
                            all.subList(Integer.parseInt(range[0]), Integer.parseInt(range[1])));
        }

        /** Empties the store. */
        @TearDown(Level.Invocation)
        public void empty() throws IOException, InterruptedException {
            Trees.remove(directory.resolve("store"));
        }

        /** Removes all of it. */
        @TearDown(Level.Trial)
        public void close() throws IOException, InterruptedException {
            Trees.remove(directory);
        }
    }

    /** From the call to the image. */
    @Benchmark
    public Image load(Layout state) {
        try (Images images =
                Images.builder()
                        .store(state.directory.resolve("store"))
                        .backend(LayerBackend.DIRECTORIES)
                        .sync(false)
                        .open()) {
            return images.load(state.image.layout(), "localhost/bench:1");
        }
    }
}
