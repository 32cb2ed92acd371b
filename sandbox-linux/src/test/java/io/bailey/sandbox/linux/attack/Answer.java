package io.bailey.sandbox.linux.attack;

/**
 * What came of one attempt.
 *
 * @param detail an errno, a signal or a few words
 */
record Answer(Verdict verdict, String detail) {
    /** The words of attempts.c. */
    enum Verdict {
        /** The wall held. */
        REFUSED,
        /** It did not. */
        ALLOWED,
        /** There was nothing to attack. */
        ABSENT,
        /** Information, neither good nor bad. */
        TOLD,
        /** The attempt could not be made, so nothing is proven. */
        BROKEN
    }

    /** Nothing got through. */
    boolean held() {
        return verdict == Verdict.REFUSED || verdict == Verdict.ABSENT || verdict == Verdict.TOLD;
    }

    /** Reads a line of attempts.c. */
    static Answer parse(String line) {
        String[] words = line.strip().split("\t", 3);
        return new Answer(Verdict.valueOf(words[1]), words.length > 2 ? words[2] : "");
    }

    static Answer broken(String detail) {
        return new Answer(Verdict.BROKEN, detail);
    }
}
