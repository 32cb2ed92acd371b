package io.bailey.samples;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.image.PullListener;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Pulls an image with a progress bar for each layer, runs a command in it, and proves that the
 * image is as it was.
 *
 * <p>{@code mvn -q -Pquickstart verify -Dsample=io.bailey.samples.PullAndRun
 * -Dsample.args="localhost:5000/debian:12 cat /etc/os-release"}; without a command the image runs
 * its own.
 */
public final class PullAndRun {
    private PullAndRun() {}

    /** The reference, and the command. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length == 0) {
            System.out.println("usage: PullAndRun REFERENCE [COMMAND [ARGUMENT...]]");
            return;
        }
        try (Images images = Images.builder().listener(new ProgressBars()).open()) {
            Image image = images.pull(args[0]);
            Result result =
                    Sandbox.builder()
                            .rootfs(image)
                            .memory("256M")
                            .pids(64)
                            .run(List.of(args).subList(1, args.length).toArray(String[]::new));
            System.out.print(result.stdout());
            System.err.print(result.stderr());
            System.out.println(result.termination());
            System.out.println(
                    images.verify(image).ok() ? "the image is as it was" : "the image has changed");
        }
    }

    /** One line a layer, drawn over again. */
    private static final class ProgressBars implements PullListener {
        private static final int WIDTH = 30;
        private static final int SHOWN_DIGITS = 12;

        private final Map<Digest, String> lines = new LinkedHashMap<>();

        @Override
        public void onEvent(PullEvent event) {
            switch (event) {
                case PullEvent.Resolved(var reference, var digest, var layers) -> {
                    System.out.println(reference + " is " + digest);
                    layers.forEach(layer -> lines.put(layer.digest(), ""));
                    lines.values().forEach(line -> System.out.println());
                }
                case PullEvent.Progress progress -> {
                    lines.put(progress.layer(), line(progress));
                    System.out.print("\033[" + lines.size() + "A");
                    lines.values().forEach(line -> System.out.println(line + "\033[K"));
                }
                case PullEvent.Retry retry ->
                        System.out.println(retry.what() + ": " + retry.reason() + "; once more");
                case PullEvent.Finished(var image) -> System.out.println(image);
            }
        }

        private static String line(PullEvent.Progress progress) {
            double part = progress.total() == 0 ? 1 : (double) progress.bytes() / progress.total();
            int full = (int) Math.round(Math.min(1, part) * WIDTH);
            return String.format(
                    Locale.ROOT,
                    "%s %-8s [%s%s] %6.1f MB %6.1f MB/s",
                    progress.layer().hex().substring(0, SHOWN_DIGITS),
                    progress.phase(),
                    "#".repeat(full),
                    " ".repeat(WIDTH - full),
                    progress.total() / 1e6,
                    progress.bytesPerSecond() / 1e6);
        }
    }
}
