package io.bailey.sandbox.linux.program;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Bytes in the program's data segment that an argument points to. Identity matters: one blob, one
 * place.
 */
public sealed interface Blob {

    /** Its length in the data segment. */
    int size();

    /** How a listing shows a pointer to it. */
    String text();

    /** A string with its closing NUL. */
    record Text(String value) implements Blob {
        public Text {
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("NUL in a string for the kernel");
            }
        }

        byte[] bytes() {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int size() {
            return bytes().length + 1;
        }

        @Override
        public String text() {
            String shown = value.length() <= 64 ? value : value.substring(0, 61) + "...";
            return '"' + Listing.escape(shown) + '"';
        }
    }

    /** Raw bytes, filled in or overwritten by the kernel. */
    final class Raw implements Blob {
        private final byte[] bytes;
        private final String text;

        Raw(byte[] bytes, String text) {
            this.bytes = bytes.clone();
            this.text = text;
        }

        byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** A struct or an array of 64-bit words, some of which are addresses. */
    final class Words implements Blob {
        private final List<Word> words;
        private final String text;

        Words(List<Word> words, String text) {
            this.words = List.copyOf(words);
            this.text = text;
        }

        List<Word> words() {
            return words;
        }

        @Override
        public int size() {
            return words.size() * Long.BYTES;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /**
     * The room behind a program's last operation, for the operations and strings that it reads
     * later: nothing of the image, only of its memory.
     */
    final class Rest implements Blob {
        private final int size;

        Rest(int size) {
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public String text() {
            return "&rest";
        }
    }

    /** One word of {@link Words}. */
    sealed interface Word {}

    /** A number. */
    record Number(long value) implements Word {}

    /** A number known at launch. */
    record Bound(Binding binding) implements Word {}

    /** The address of a place in another blob. */
    record Address(Blob blob, int offset) implements Word {}

    /** The address of a place in the very blob that this word is in. */
    record Self(int offset) implements Word {}

    /** A struct of plain numbers. */
    static Words struct(String text, long... values) {
        return new Words(Arrays.stream(values).mapToObj(v -> (Word) new Number(v)).toList(), text);
    }

    /** A struct with addresses in it. */
    static Words struct(String text, List<Word> words) {
        return new Words(words, text);
    }

    /** {@code size} bytes of zero for the kernel to fill. */
    static Raw buffer(int size, String text) {
        return new Raw(new byte[size], text);
    }

    /** Room for the rest of a program, a whole number of pages. */
    static Rest rest(int size) {
        if (size <= 0 || size % InitImage.PAGE != 0) {
            throw new IllegalArgumentException("room for a rest of " + size + " bytes");
        }
        return new Rest(size);
    }

    /** The bytes of a file or a struct. */
    static Raw bytes(byte[] bytes, String text) {
        return new Raw(Objects.requireNonNull(bytes), text);
    }
}
