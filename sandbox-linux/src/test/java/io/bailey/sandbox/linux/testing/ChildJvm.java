package io.bailey.sandbox.linux.testing;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.LinuxSandboxProvider;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another JVM with this one's classes, and all that it prints on both streams. */
public record ChildJvm(List<String> lines, int exitCode) {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /**
     * @param setup shell commands before it, such as {@code ulimit -n 64;}
     */
    public static ChildJvm run(
            String setup, List<String> options, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", setup + " exec \"$@\"", "sh", JAVA));
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(OwnPlaces.options());
        command.addAll(options);
        command.addAll(List.of("-classpath", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        Process jvm = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader output = jvm.inputReader()) {
            jvm.getOutputStream().close();
            return new ChildJvm(output.lines().toList(), jvm.waitFor());
        } finally {
            jvm.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    /**
     * Where the library and these tests lie, whichever way this JVM found them: Maven patches the
     * tests into the module, the console launcher loads all by a class loader of its own.
     */
    public static String classPath() {
        return Stream.of(
                        Sandbox.class,
                        LinuxSandboxProvider.class,
                        ChildJvm.class,
                        Caffeine.class,
                        JsonParser.class,
                        JsonMapper.class,
                        JsonFormat.class)
                .map(ChildJvm::home)
                .distinct()
                .map(Path::toString)
                .collect(Collectors.joining(":"));
    }

    /** The directory or archive it was loaded from, whether as a module's, a patch's or not. */
    private static Path home(Class<?> type) {
        String file = "/" + type.getName().replace('.', '/') + ".class";
        String url = Objects.requireNonNull(type.getResource(file)).toString();
        String root = url.substring(0, url.length() - file.length());
        return Path.of(URI.create(root.replaceFirst("^jar:(.*)!$", "$1")));
    }
}
