package io.bailey.sandbox.jmh;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Images of many layers with almost nothing in them: the lowest has a static {@code /true} and what
 * a root needs, each of the others one file.
 */
final class TinyLayers {
    private static final int BLOCK = 512;
    private static final List<String> DIRECTORIES =
            List.of("dev", "etc", "opt", "proc", "sys", "tmp");

    private TinyLayers() {}

    /** Writes an image of {@code count} layers. */
    static TestImage write(Path layout, Path program, int count) throws IOException {
        Path scratch = Files.createDirectories(layout.resolve("making"));
        List<TestImage.Part> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = scratch.resolve("layer" + i + ".tar");
            Files.write(file, i == 0 ? lowest(Files.readAllBytes(program)) : further(i));
            parts.add(new TestImage.Part(file, TestImage.sha256(file)));
        }
        long entries = (long) DIRECTORIES.size() + count;
        return TestImage.write(layout, parts, entries, entries);
    }

    private static byte[] lowest(byte[] program) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (String name : DIRECTORIES) {
            add(tar, name + "/", '5', new byte[0]);
        }
        add(tar, "true", '0', program);
        return ended(tar);
    }

    private static byte[] further(int number) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        add(tar, "opt/", '5', new byte[0]);
        add(tar, "opt/layer" + number, '0', ("layer " + number + "\n").getBytes(US_ASCII));
        return ended(tar);
    }

    private static byte[] ended(ByteArrayOutputStream tar) {
        tar.writeBytes(new byte[2 * BLOCK]);
        return tar.toByteArray();
    }

    /** One entry, as POSIX ustar has it. */
    private static void add(ByteArrayOutputStream tar, String name, char type, byte[] content) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000755");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format(Locale.ROOT, "%011o", content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte value : header) {
            sum += value & 0xFF;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0", sum));
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[-content.length & (BLOCK - 1)]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
