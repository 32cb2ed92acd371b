package io.bailey.sandbox.jmh;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was asked for, beside what was measured. */
final class Figures {
    private final List<Figure> all = new ArrayList<>();

    /**
     * One of them.
     *
     * @param most whether less is better
     * @param asked on a quiet machine
     * @param budget what is too slow on any machine
     */
    private record Figure(String what, double measured, boolean most, double asked, double budget) {
        boolean meets(double figure) {
            return most ? measured <= figure : measured >= figure;
        }
    }

    void atMost(String what, double measured, double asked, double budget) {
        all.add(new Figure(what, measured, true, asked, budget));
    }

    void atLeast(String what, double measured, double asked, double budget) {
        all.add(new Figure(what, measured, false, asked, budget));
    }

    /** Prints them, and returns whether all keep the budget. */
    boolean print(PrintStream out) {
        out.printf("%n### Asked and measured%n%n");
        out.println("| what | asked | measured | |");
        out.println("| --- | --- | --- | --- |");
        for (Figure figure : all) {
            out.printf(
                    Locale.ROOT,
                    "| %s | %s %.2f | %.2f | %s |%n",
                    figure.what(),
                    figure.most() ? "≤" : "≥",
                    figure.asked(),
                    figure.measured(),
                    figure.meets(figure.asked())
                            ? "met"
                            : figure.meets(figure.budget()) ? "missed" : "FAR TOO SLOW");
        }
        return all.stream().allMatch(figure -> figure.meets(figure.budget()));
    }
}
