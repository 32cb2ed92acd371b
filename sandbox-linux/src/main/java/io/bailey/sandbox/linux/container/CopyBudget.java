package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.CopyLimits;

/** How much may still be copied. */
final class CopyBudget {
    private final String step;
    private final CopyLimits most;
    private long bytes;
    private long entries;

    CopyBudget(String step, CopyLimits most) {
        this.step = step;
        this.most = most;
    }

    /** One more of them. */
    void entry(Object shown) {
        entries(1, shown);
    }

    /** So many more of them. */
    void entries(int more, Object shown) {
        entries += more;
        if (entries > most.entries()) {
            throw CopyTrouble.of(
                    step,
                    "EFBIG",
                    shown.toString(),
                    "there is more to copy than the "
                            + most.entries()
                            + " entries of CopyLimits; raise them if that is wanted");
        }
    }

    /** So many more bytes of content. */
    void bytes(long more, Object shown) {
        if (more > most.bytes().bytes() - bytes) {
            throw CopyTrouble.of(
                    step,
                    "EFBIG",
                    shown.toString(),
                    "there is more to copy than the "
                            + most.bytes()
                            + " of CopyLimits; raise them if that is wanted");
        }
        bytes += more;
    }
}
