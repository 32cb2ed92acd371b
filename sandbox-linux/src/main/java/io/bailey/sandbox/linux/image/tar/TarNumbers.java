package io.bailey.sandbox.linux.image.tar;

/** The numbers of header fields: octal, or base 256 as GNU tar and star write what is too large. */
final class TarNumbers {
    private TarNumbers() {}

    /**
     * The number of a field; a blank one is 0.
     *
     * @throws TarFault if it is none, or beyond 64 bits
     */
    static long parse(byte[] block, int offset, int length, String field) throws TarFault {
        return block[offset] < 0
                ? base256(block, offset, length, field)
                : octal(block, offset, length, field);
    }

    /** Blanks, digits, and a NUL or blanks: what follows a NUL has no meaning. */
    private static long octal(byte[] block, int offset, int length, String field) throws TarFault {
        int at = offset;
        int end = offset + length;
        while (at < end && (block[at] == ' ' || block[at] == 0)) {
            at++;
        }
        long value = 0;
        for (; at < end && block[at] >= '0' && block[at] <= '7'; at++) {
            if (value >>> 60 != 0) {
                throw TarFault.malformed("its " + field + " is too large");
            }
            value = (value << 3) | (block[at] - '0');
        }
        while (at < end && block[at] == ' ') {
            at++;
        }
        if (at < end && block[at] != 0) {
            throw TarFault.malformed("its " + field + " is not a number");
        }
        return value;
    }

    /** The first bit is a mark, the second the sign, all others big-endian two's complement. */
    private static long base256(byte[] block, int offset, int length, String field)
            throws TarFault {
        long value = (block[offset] & 0x40) == 0 ? block[offset] & 0x3f : block[offset];
        for (int i = 1; i < length; i++) {
            if (value != (value << 8) >> 8) {
                throw TarFault.malformed("its " + field + " is too large");
            }
            value = (value << 8) | (block[offset + i] & 0xff);
        }
        return value;
    }

    /**
     * The number of decimal text, not negative.
     *
     * @throws TarFault if it is none, or beyond 63 bits
     */
    static long decimal(String text, String what) throws TarFault {
        if (text.isEmpty()) {
            throw TarFault.malformed(what + " is empty");
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw TarFault.malformed(what + " is not a number: " + RawNames.show(text));
            }
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw TarFault.malformed(what + " is too large: " + RawNames.show(text));
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
