package io.bailey.sandbox.linux.seccomp;

import java.util.ArrayList;
import java.util.List;

/**
 * A search over ranges of numbers with the same decision. The kernel follows it for every number
 * when a filter is installed (seccomp_cache_prepare of kernel/seccomp.c), so that what counts is
 * the number of comparisons over all numbers, and that the program is short.
 */
final class NumberCode {
    /** Single numbers asked for one after the other rather than by halving. */
    private static final int MOST_SINGLES = 2;

    /** From {@code first} on. */
    private record Range(int first, Decision decision) {}

    private final Assembler assembler;
    private final DecisionCode code;
    private final List<Range> ranges = new ArrayList<>();
    private final int size;

    NumberCode(Assembler assembler, Decisions decisions, boolean hasX32) {
        this.assembler = assembler;
        this.code = new DecisionCode(assembler);
        this.size = decisions.size();
        for (int number = 0; number < size; number++) {
            add(number, decisions.of(number));
        }
        add(size, decisions.ofUnknown());
        if (hasX32) {
            // -1 among them, which a tracer sets for "no call": the kernel says ENOSYS as well.
            add(Architecture.X32_BIT, decisions.always(Action.NO_SUCH_CALL.encoded()));
        }
    }

    private void add(int number, Decision decision) {
        if (ranges.isEmpty() || !ranges.getLast().decision().equals(decision)) {
            ranges.add(new Range(number, decision));
        }
    }

    /** Loads the number and decides. */
    int write() {
        return assembler.load(Bpf.NUMBER, search(0, ranges.size()));
    }

    private int search(int from, int to) {
        if (to - from == 1) {
            return code.write(ranges.get(from).decision());
        }
        if (areSingles(from, to)) {
            return singles(from, to);
        }
        int middle = middle(from, to);
        int right = search(middle, to);
        int left = search(from, middle);
        return assembler.jump(Bpf.IF_AT_LEAST, ranges.get(middle).first(), right, left);
    }

    /** Whether every second range is one number and those between them are alike. */
    private boolean areSingles(int from, int to) {
        if ((to - from) % 2 == 0 || to - from > 2 * MOST_SINGLES + 1) {
            return false;
        }
        for (int i = from + 1; i < to; i += 2) {
            Decision between = ranges.get(i + 1).decision();
            if (ranges.get(i + 1).first() - ranges.get(i).first() != 1
                    || !between.equals(ranges.get(from).decision())) {
                return false;
            }
        }
        return true;
    }

    private int singles(int from, int to) {
        int place = code.write(ranges.get(from).decision());
        for (int i = from + 1; i < to; i += 2) {
            Range single = ranges.get(i);
            place =
                    assembler.jump(
                            Bpf.IF_EQUAL, single.first(), code.write(single.decision()), place);
        }
        return place;
    }

    /** The range before which about half of the numbers lie. */
    private int middle(int from, int to) {
        int first = ranges.get(from).first();
        int end = to < ranges.size() ? ranges.get(to).first() : size + 1;
        int best = from + 1;
        int least = Integer.MAX_VALUE;
        for (int i = from + 1; i < to; i++) {
            int before = Math.min(ranges.get(i).first(), size) - first;
            int difference = Math.abs(end - first - 2 * before);
            if (difference < least) {
                least = difference;
                best = i;
            }
        }
        return best;
    }
}
