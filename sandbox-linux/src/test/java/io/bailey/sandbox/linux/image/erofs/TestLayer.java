package io.bailey.sandbox.linux.image.erofs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bailey.sandbox.linux.image.tar.LayerEntries;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** A layer that a test makes: as entries, and as a PAX archive that GNU tar reads too. */
final class TestLayer {
    private static final int BLOCK = 512;
    private static final long OLD = 0_77777_77777L;

    private final List<Spec> specs;

    TestLayer(List<Spec> specs) {
        this.specs = List.copyOf(specs);
    }

    static TestLayer of(Spec... specs) {
        return new TestLayer(List.of(specs));
    }

    List<Spec> specs() {
        return specs;
    }

    /** Its entries without an archive: their content is nowhere. */
    LayerEntries entries() {
        List<TarEntry> all = new ArrayList<>();
        for (Spec spec : specs) {
            all.add(spec.entry(all.size() + 1, 512));
        }
        return entries(all);
    }

    static LayerEntries entries(List<TarEntry> entries) {
        Iterator<TarEntry> next = entries.iterator();
        return new LayerEntries() {
            @Override
            public TarEntry next() {
                return next.hasNext() ? next.next() : null;
            }

            @Override
            public void content(Content to) {
                throw new UnsupportedOperationException("an index needs no content");
            }
        };
    }

    Path writeTo(Path tar) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 16)) {
            for (Spec spec : specs) {
                write(spec, out);
            }
            out.write(new byte[2 * BLOCK]);
        }
        return tar;
    }

    private static void write(Spec spec, OutputStream out) throws IOException {
        byte[] records = records(spec);
        byte[] map = map(spec);
        if (records.length > 0) {
            out.write(header("pax", 'x', records.length, spec));
            padded(records, out);
        }
        out.write(header(spec.name(), type(spec), map.length + spec.content().length, spec));
        padded(map, out);
        padded(spec.content(), out);
    }

    private static void padded(byte[] bytes, OutputStream out) throws IOException {
        out.write(bytes);
        out.write(new byte[(BLOCK - bytes.length % BLOCK) % BLOCK]);
    }

    /** The map of a sparse file, GNU format 1.0. */
    private static byte[] map(Spec spec) {
        if (spec.extents() == null) {
            return new byte[0];
        }
        List<Extent> all = new ArrayList<>(spec.extents());
        // GNU tar learns by an empty one that a hole is at the end.
        all.add(new Extent(spec.size(), 0));
        StringBuilder map = new StringBuilder().append(all.size()).append('\n');
        for (Extent extent : all) {
            map.append(extent.position()).append('\n').append(extent.length()).append('\n');
        }
        byte[] bytes = map.toString().getBytes(US_ASCII);
        return Arrays.copyOf(bytes, (bytes.length + BLOCK - 1) / BLOCK * BLOCK);
    }

    private static byte[] records(Spec spec) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (spec.extents() != null) {
            record(all, "GNU.sparse.major", "1");
            record(all, "GNU.sparse.minor", "0");
            record(all, "GNU.sparse.name", spec.name());
            record(all, "GNU.sparse.realsize", Long.toString(spec.size()));
        } else if (spec.name().length() > 100) {
            record(all, "path", spec.name());
        }
        if (spec.link().length() > 100) {
            record(all, "linkpath", spec.link());
        }
        if (spec.uid() > 0_777_7777) {
            record(all, "uid", Long.toString(spec.uid()));
        }
        if (spec.gid() > 0_777_7777) {
            record(all, "gid", Long.toString(spec.gid()));
        }
        if (spec.nanos() != 0 || spec.seconds() < 0 || spec.seconds() > OLD) {
            record(all, "mtime", time(spec));
        }
        for (Map.Entry<String, byte[]> xattr : spec.xattrs().entrySet()) {
            record(all, "SCHILY.xattr." + xattr.getKey(), new String(xattr.getValue(), ISO_8859_1));
        }
        return all.toByteArray();
    }

    private static String time(Spec spec) {
        // −5.25 is 6 seconds before, and 0.75 behind that.
        return new BigDecimal(spec.seconds())
                .add(new BigDecimal(spec.nanos()).movePointLeft(9))
                .toPlainString();
    }

    private static void record(ByteArrayOutputStream all, String key, String value) {
        int length = key.length() + value.length() + 3;
        int total = length + Integer.toString(length).length();
        total = length + Integer.toString(total).length();
        all.writeBytes((total + " " + key + "=" + value + "\n").getBytes(ISO_8859_1));
    }

    private static char type(Spec spec) {
        return switch (spec.type()) {
            case FILE -> '0';
            case HARD_LINK -> '1';
            case SYMBOLIC_LINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }

    private static byte[] header(String name, char type, long size, Spec spec) {
        byte[] h = new byte[BLOCK];
        put(h, 0, 100, name);
        octal(h, 100, 8, spec.mode());
        octal(h, 108, 8, spec.uid() > 0_777_7777 ? 0 : spec.uid());
        octal(h, 116, 8, spec.gid() > 0_777_7777 ? 0 : spec.gid());
        octal(h, 124, 12, size);
        octal(h, 136, 12, spec.seconds() < 0 || spec.seconds() > OLD ? 0 : spec.seconds());
        h[156] = (byte) type;
        put(h, 157, 100, spec.link());
        put(h, 257, 8, "ustar\00000");
        octal(h, 329, 8, spec.major());
        octal(h, 337, 8, spec.minor());
        Arrays.fill(h, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : h) {
            sum += b & 0xFF;
        }
        octal(h, 148, 7, sum);
        return h;
    }

    private static void put(byte[] h, int at, int length, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, h, at, Math.min(length, bytes.length));
    }

    private static void octal(byte[] h, int at, int length, long value) {
        String digits = Long.toOctalString(value);
        put(h, at, length, "0".repeat(length - 1 - digits.length()) + digits);
    }
}
