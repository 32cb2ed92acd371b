package io.bailey.sandbox.linux.image.tar;

/**
 * A time of last change.
 *
 * @param seconds since 1970, may be negative
 * @param nanos beyond the seconds
 */
record TarTime(long seconds, int nanos) {
    private static final int DIGITS = 9;
    private static final int SECOND = 1_000_000_000;

    /**
     * The time of a PAX record: {@code 1350244992.023960108}, {@code -5.25}. Digits beyond the
     * nanosecond are cut off, as Go's reader does.
     */
    static TarTime parse(String text) throws TarFault {
        boolean before = text.startsWith("-");
        String number = before ? text.substring(1) : text;
        int point = number.indexOf('.');
        String whole = point < 0 ? number : number.substring(0, point);
        long seconds = TarNumbers.decimal(whole, "its mtime");
        int nanos = point < 0 ? 0 : fraction(number.substring(point + 1));
        if (!before) {
            return new TarTime(seconds, nanos);
        }
        return nanos == 0 ? new TarTime(-seconds, 0) : new TarTime(-seconds - 1, SECOND - nanos);
    }

    private static int fraction(String digits) throws TarFault {
        if (digits.isEmpty()) {
            return 0;
        }
        TarNumbers.decimal(digits.substring(0, Math.min(digits.length(), DIGITS)), "its mtime");
        for (int i = DIGITS; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                throw TarFault.malformed("its mtime is not a number");
            }
        }
        return Integer.parseInt((digits + "0".repeat(DIGITS)).substring(0, DIGITS));
    }
}
