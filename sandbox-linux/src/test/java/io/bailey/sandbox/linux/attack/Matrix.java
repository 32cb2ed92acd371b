package io.bailey.sandbox.linux.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The table of docs/containment.md: what came of each attempt at each wall.
 *
 * @param groups the names of the attempts by group
 * @param cells by the name of the attempt and the title of the wall
 */
record Matrix(Map<String, List<String>> groups, Map<String, Map<String, String>> cells) {
    static final String ALLOWED = "**allowed**";
    static final String UNKNOWN = "?";
    private static final String ABSENT = "–";

    static final List<BaileyWall> BAILEY = List.of(BaileyWall.FULL, BaileyWall.UNPRIVILEGED);

    private static final List<Wall> WALLS =
            List.of(BaileyWall.FULL, BaileyWall.UNPRIVILEGED, PeerWall.BUBBLEWRAP, PeerWall.CRUN);

    /** Makes every attempt at the walls that are here; the other columns are as committed. */
    static Matrix make(Answers answers, Matrix committed) throws Exception {
        return make(answers, WALLS, committed);
    }

    /** Makes every attempt at Bailey's own walls. */
    static Matrix makeBailey(Answers answers) throws Exception {
        return make(answers, BAILEY, new Matrix(Map.of(), Map.of()));
    }

    private static Matrix make(Answers answers, List<? extends Wall> walls, Matrix committed)
            throws Exception {
        Map<String, List<String>> groups = new LinkedHashMap<>(answers.names(BaileyWall.FULL));
        groups.remove("control");
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (String name : groups.values().stream().flatMap(List::stream).toList()) {
            Map<String, String> row = new LinkedHashMap<>();
            for (Wall wall : walls) {
                boolean present = answers.isPresent(wall);
                Answer answer = present ? answers.of(wall, name) : Answer.broken("not here");
                row.put(wall.title(), present ? cell(answer) : committed.cell(name, wall));
            }
            cells.put(name, row);
        }
        return new Matrix(groups, cells);
    }

    private static String cell(Answer answer) {
        return switch (answer.verdict()) {
            case REFUSED -> answer.detail();
            case ALLOWED -> ALLOWED;
            case ABSENT, TOLD -> ABSENT;
            case BROKEN -> UNKNOWN;
        };
    }

    String cell(String name, Wall wall) {
        return cells.getOrDefault(name, Map.of()).getOrDefault(wall.title(), UNKNOWN);
    }

    /**
     * What lets through, of which the other cells are but details: kernels differ in their errnos.
     */
    List<String> allowed(Wall wall) {
        return having(wall, ALLOWED::equals);
    }

    private List<String> having(Wall wall, Predicate<String> what) {
        return cells.keySet().stream().filter(name -> what.test(cell(name, wall))).toList();
    }

    /** Reads the rows of a page back; there are none where there is no page. */
    static Matrix read(Path page) throws IOException {
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (String line : Files.exists(page) ? Files.readAllLines(page) : List.<String>of()) {
            String[] words = line.split("\\|", -1);
            if (words.length == WALLS.size() + 3 && !line.startsWith("| ---")) {
                Map<String, String> row = new LinkedHashMap<>();
                for (int column = 0; column < WALLS.size(); column++) {
                    row.put(WALLS.get(column).title(), words[column + 2].strip());
                }
                cells.put(words[1].strip(), row);
            }
        }
        return new Matrix(Map.of(), cells);
    }

    /** The sums and the rows, as Markdown. */
    String toMarkdown() {
        StringBuilder page = new StringBuilder();
        page.append(row("", wall -> wall.title())).append(row("---", _ -> "---"));
        page.append(row("*refused*", wall -> count(wall, Matrix::isRefused)));
        page.append(row("*let through*", wall -> count(wall, ALLOWED::equals)));
        groups.forEach((title, names) -> {
            page.append(row("**" + title + "**", _ -> ""));
            names.forEach(name -> page.append(row(name, wall -> cell(name, wall))));
        });
        return page.toString();
    }

    private static boolean isRefused(String cell) {
        return !List.of(ALLOWED, ABSENT, UNKNOWN).contains(cell);
    }

    private String count(Wall wall, Predicate<String> what) {
        return Integer.toString(having(wall, what).size());
    }

    private static String row(String head, Function<Wall, String> cell) {
        return WALLS.stream()
                .map(cell)
                .collect(Collectors.joining(" | ", "| " + head + " | ", " |\n"));
    }

    /** Where the page is, for tests that run in the source tree. */
    static Optional<Path> page() {
        Path docs = Path.of("..", "docs");
        return Files.isDirectory(docs)
                ? Optional.of(docs.resolve("containment.md"))
                : Optional.empty();
    }

    /** What each column stands for. */
    static List<String> legend() {
        List<String> lines = new ArrayList<>();
        WALLS.forEach(
                wall -> lines.add("- **" + wall.title() + "**: " + wall.configuration() + "."));
        return lines;
    }
}
