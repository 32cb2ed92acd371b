package io.bailey.sandbox.linux.seccomp;

/**
 * Code for tests of 64-bit arguments, which classic BPF can look at in halves of 32 only, unsigned.
 */
final class ArgumentCode {
    /** No word of an argument: the accumulator has something else. */
    static final int NOTHING = -1;

    private final Assembler assembler;

    ArgumentCode(Assembler assembler) {
        this.assembler = assembler;
    }

    /**
     * @param loaded the word that the accumulator has when this code is reached, or {@link
     *     #NOTHING}
     */
    int test(Comparison test, int whenTrue, int whenFalse, int loaded) {
        return switch (test.operator()) {
            case EQ -> equal(test, -1, test.value(), whenTrue, whenFalse, loaded);
            case NE -> equal(test, -1, test.value(), whenFalse, whenTrue, loaded);
            case MASKED_EQ -> equal(test, test.value(), test.datum(), whenTrue, whenFalse, loaded);
            case GT -> compare(test, Bpf.IF_GREATER, whenTrue, whenFalse, loaded);
            case GE -> compare(test, Bpf.IF_AT_LEAST, whenTrue, whenFalse, loaded);
            case LT -> compare(test, Bpf.IF_AT_LEAST, whenFalse, whenTrue, loaded);
            case LE -> compare(test, Bpf.IF_GREATER, whenFalse, whenTrue, loaded);
        };
    }

    private int equal(
            Comparison test, long mask, long datum, int whenTrue, int whenFalse, int loaded) {
        if ((datum & ~mask) != 0) {
            return whenFalse;
        }
        int place = whenTrue;
        if ((int) mask != 0) {
            int offset = Bpf.low(test.index());
            boolean there = loaded == offset && high(mask) == 0;
            place = half(offset, (int) mask, (int) datum, place, whenFalse, there);
        }
        if (high(mask) != 0) {
            int offset = Bpf.high(test.index());
            place = half(offset, high(mask), high(datum), place, whenFalse, loaded == offset);
        }
        return place;
    }

    private int half(int offset, int mask, int datum, int whenTrue, int whenFalse, boolean there) {
        int place;
        if (mask == -1) {
            place = assembler.jump(Bpf.IF_EQUAL, datum, whenTrue, whenFalse);
        } else if (datum == 0) {
            place = assembler.jump(Bpf.IF_ANY_BIT, mask, whenFalse, whenTrue);
        } else if (isOneBit(mask)) {
            place = assembler.jump(Bpf.IF_ANY_BIT, mask, whenTrue, whenFalse);
        } else {
            place = assembler.jump(Bpf.IF_EQUAL, datum, whenTrue, whenFalse);
            place = assembler.and(mask, place);
        }
        return there ? place : assembler.load(offset, place);
    }

    /** A larger upper half decides, equal ones leave it to the lower. */
    private int compare(Comparison test, int code, int whenTrue, int whenFalse, int loaded) {
        int low = assembler.jump(code, (int) test.value(), whenTrue, whenFalse);
        low = assembler.load(Bpf.low(test.index()), low);
        int high = high(test.value());
        // Nothing is below 0: what differs is larger.
        int place = assembler.jump(Bpf.IF_EQUAL, high, low, high == 0 ? whenTrue : whenFalse);
        if (high != 0) {
            place = assembler.jump(Bpf.IF_GREATER, high, whenTrue, place);
        }
        int offset = Bpf.high(test.index());
        return loaded == offset ? place : assembler.load(offset, place);
    }

    /** What the accumulator has when the test was false, or {@link #NOTHING} where that depends. */
    static int left(Comparison test) {
        boolean neverTrue = (test.datum() & ~test.value()) != 0;
        if (test.operator() != Operator.MASKED_EQ || neverTrue) {
            return NOTHING;
        }
        int low = (int) test.value();
        int high = high(test.value());
        if (high == 0 && survives(low, (int) test.datum())) {
            return Bpf.low(test.index());
        }
        if (low == 0 && survives(high, high(test.datum()))) {
            return Bpf.high(test.index());
        }
        return NOTHING;
    }

    /** Whether {@link #half} gets by without an AND. */
    private static boolean survives(int mask, int datum) {
        return mask == -1 || (mask != 0 && (datum == 0 || isOneBit(mask)));
    }

    private static boolean isOneBit(int mask) {
        return Integer.bitCount(mask) == 1;
    }

    private static int high(long value) {
        return (int) (value >>> Integer.SIZE);
    }
}
