package io.bailey.sandbox.jmh.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A plot of lines, as SVG. */
public final class Plot {
    private static final int WIDTH = 1020;
    private static final int HEIGHT = 540;
    private static final int LEFT = 78;
    private static final int TOP = 64;
    private static final int RIGHT = 330;
    private static final int BOTTOM = 62;
    private static final int LEGEND_LINE = 24;

    /**
     * Told apart by those who see few colors too: Okabe and Ito's, and dashes for a second round.
     */
    private static final List<String> COLORS =
            List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000");

    private final String title;
    private final String subtitle;
    private final Axis x;
    private final Axis y;
    private final List<Line> lines;

    private Plot(String title, String subtitle, Axis x, Axis y, List<Line> lines) {
        this.title = title;
        this.subtitle = subtitle;
        this.x = x;
        this.y = y;
        this.lines = lines;
    }

    /**
     * A line.
     *
     * @param name in the legend
     * @param xs from left to right
     * @param marked whether each of its points is to be seen
     */
    public record Line(String name, List<Double> xs, List<Double> ys, boolean marked) {
        /** Keeps copies. */
        public Line {
            xs = List.copyOf(xs);
            ys = List.copyOf(ys);
        }

        private double most(List<Double> of) {
            return of.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        }

        private double least(List<Double> of) {
            return of.stream().mapToDouble(Double::doubleValue).min().orElse(1);
        }
    }

    /**
     * How times are distributed: for each time, how many of all stay at or below it.
     *
     * @param log whether the times go so far apart that their axis must be logarithmic
     * @param cut the share of the times that is shown, so that a few do not squeeze all others: 1
     *     for all
     */
    public static Plot distribution(
            String title, String subtitle, List<Results.Series> series, boolean log, double cut) {
        List<Line> lines = series.stream().map(each -> distributionOf(each)).toList();
        double most =
                series.stream()
                        .map(Results.Series::toArray)
                        .mapToDouble(times -> {
                            Arrays.sort(times);
                            return times[(int) Math.ceil(cut * (times.length - 1))]
                                    / Interval.NANOS_PER_MILLI;
                        })
                        .max()
                        .orElse(1);
        double least = lines.stream().mapToDouble(line -> line.least(line.xs())).min().orElse(1);
        String label = "milliseconds";
        Axis x = log ? Axis.log(label, least, most) : Axis.linear(label, most);
        Axis y = Axis.linear("percent of all at or below", 100);
        return new Plot(title, subtitle, x, y, lines);
    }

    private static Line distributionOf(Results.Series series) {
        long[] times = series.toArray();
        Arrays.sort(times);
        int points = Math.min(times.length, 400);
        List<Double> xs = new ArrayList<>();
        List<Double> ys = new ArrayList<>();
        xs.add(times[0] / Interval.NANOS_PER_MILLI);
        ys.add(0.0);
        for (int i = 1; i <= points; i++) {
            int index = (int) ((long) i * times.length / points) - 1;
            xs.add(times[index] / Interval.NANOS_PER_MILLI);
            ys.add((index + 1) * 100.0 / times.length);
        }
        return new Line(series.row(), xs, ys, false);
    }

    /**
     * Something over something else.
     *
     * @param logX whether the horizontal axis is logarithmic; then it has its marks where the first
     *     line has points
     * @param logY whether the vertical axis is; else it begins at zero
     * @param lines the legend has them in the order of their right ends, the highest first
     */
    public static Plot over(
            String title,
            String subtitle,
            String xLabel,
            String yLabel,
            boolean logX,
            boolean logY,
            List<Line> lines) {
        double mostX = lines.stream().mapToDouble(line -> line.most(line.xs())).max().orElse(1);
        double mostY = lines.stream().mapToDouble(line -> line.most(line.ys())).max().orElse(1);
        double leastY = lines.stream().mapToDouble(line -> line.least(line.ys())).min().orElse(1);
        Axis x = logX ? Axis.logAt(xLabel, lines.getFirst().xs()) : Axis.linear(xLabel, mostX);
        Axis y = logY ? Axis.log(yLabel, leastY, mostY) : Axis.linear(yLabel, mostY);
        List<Line> highestFirst =
                lines.stream()
                        .sorted(Comparator.comparingDouble((Line line) -> -line.ys().getLast()))
                        .toList();
        return new Plot(title, subtitle, x, y, highestFirst);
    }

    /** The document. */
    public String svg() {
        StringBuilder svg = new StringBuilder();
        add(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " height=\"%d\" font-family=\"Helvetica, Arial, sans-serif\""
                        + " font-size=\"13\" fill=\"#222\">%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT);
        add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, HEIGHT);
        text(svg, LEFT, 26, "start", "font-size=\"18\" font-weight=\"bold\"", title);
        text(svg, LEFT, 47, "start", "fill=\"#666\"", subtitle);
        frame(svg);
        for (int i = 0; i < lines.size(); i++) {
            line(svg, lines.get(i), style(i));
            legend(svg, i);
        }
        return svg.append("</svg>\n").toString();
    }

    private void frame(StringBuilder svg) {
        for (double tick : x.ticks()) {
            double at = px(tick);
            add(svg, "<path d=\"M%.1f %dV%d\" stroke=\"#ddd\"/>%n", at, TOP, HEIGHT - BOTTOM);
            text(svg, at, HEIGHT - BOTTOM + 19, "middle", "", Axis.text(tick));
        }
        for (double tick : y.ticks()) {
            double at = py(tick);
            add(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>%n", LEFT, at, WIDTH - RIGHT);
            text(svg, LEFT - 8, at + 4.5, "end", "", Axis.text(tick));
        }
        add(
                svg,
                "<path d=\"M%d %dV%dH%d\" stroke=\"#222\" fill=\"none\"/>%n",
                LEFT,
                TOP,
                HEIGHT - BOTTOM,
                WIDTH - RIGHT);
        double middle = (LEFT + WIDTH - RIGHT) / 2.0;
        text(svg, middle, HEIGHT - 18, "middle", "", x.label());
        double height = (TOP + HEIGHT - BOTTOM) / 2.0;
        String turned = String.format(Locale.ROOT, "transform=\"rotate(-90 20 %.1f)\"", height);
        text(svg, 20, height, "middle", turned, y.label());
    }

    private void line(StringBuilder svg, Line line, String style) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < line.xs().size(); i++) {
            double value = line.xs().get(i);
            if (value > x.high() * (1 + 1e-9)) {
                break;
            }
            add(path, "%s%.1f %.1f", i == 0 ? "M" : "L", px(value), py(line.ys().get(i)));
            if (line.marked()) {
                add(
                        svg,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" stroke=\"none\" %s/>%n",
                        px(value),
                        py(line.ys().get(i)),
                        style.replaceFirst("stroke=", "fill=").replaceFirst(" stroke-dash.*", ""));
            }
        }
        add(
                svg,
                "<path d=\"%s\" fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" %s/>%n",
                path,
                style);
    }

    private void legend(StringBuilder svg, int index) {
        int left = WIDTH - RIGHT + 18;
        double at = TOP + 12 + index * LEGEND_LINE;
        add(svg, "<path d=\"M%d %.1fh30\" stroke-width=\"3\" %s/>%n", left, at - 4, style(index));
        text(svg, left + 38, at, "start", "font-size=\"12\"", lines.get(index).name());
    }

    private static String style(int index) {
        String dashes =
                switch (index / COLORS.size()) {
                    case 0 -> "";
                    case 1 -> " stroke-dasharray=\"7 4\"";
                    default -> " stroke-dasharray=\"2 3\"";
                };
        return "stroke=\"" + COLORS.get(index % COLORS.size()) + "\"" + dashes;
    }

    private double px(double value) {
        return LEFT + x.place(value) * (WIDTH - RIGHT - LEFT);
    }

    private double py(double value) {
        return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - BOTTOM - TOP);
    }

    private static void text(
            StringBuilder svg, double x, double y, String anchor, String more, String words) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        add(
                svg,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>%n",
                x,
                y,
                anchor,
                more,
                escaped);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency more
    private static void add(StringBuilder to, String format, Object... values) {
        to.append(String.format(Locale.ROOT, format, values));
    }
}
