package io.bailey.sandbox.linux.program;

/**
 * Where the result of a call is kept: a variable, or a word of a struct that the kernel reads
 * later, such as the length in a struct iovec.
 */
public sealed interface Store permits Variable, Store.Field {

    /**
     * A 64-bit word of a struct.
     *
     * @param offset from the struct's start, a multiple of 8
     * @param name how a listing shows it
     */
    record Field(Blob.Words blob, int offset, String name) implements Store {
        public Field {
            if (offset < 0 || offset % Long.BYTES != 0 || offset >= blob.size()) {
                throw new IllegalArgumentException(
                        "no word at " + offset + " of " + blob.size() + " bytes");
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
