package io.bailey.sandbox.linux.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The way that the kernel takes to a path of the host, path_resolution(7): which names it looks up,
 * in which directories.
 *
 * @param steps the look-ups, in order
 * @param end the real path
 */
record HostWalk(List<Step> steps, Path end) {
    /** MAXSYMLINKS of the kernel. */
    private static final int MOST_LINKS = 40;

    /**
     * @param directory a real path
     * @param link whether the name is a symbolic link there
     */
    record Step(Path directory, Path name, boolean link) {
        Path path() {
            return directory.resolve(name);
        }
    }

    HostWalk {
        steps = List.copyOf(steps);
    }

    /** Ends where the kernel would give up too; whoever opens the path then says why. */
    static HostWalk to(Path path) {
        List<Step> steps = new ArrayList<>();
        Deque<Path> ahead = new ArrayDeque<>();
        prepend(path, ahead);
        Path at = path.getRoot();
        int links = 0;
        while (!ahead.isEmpty() && links <= MOST_LINKS) {
            Path name = ahead.pop();
            if (name.toString().equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            Step step = new Step(at, name, Files.isSymbolicLink(at.resolve(name)));
            steps.add(step);
            if (step.link()) {
                links++;
                Path target = target(step);
                prepend(target, ahead);
                at = target.isAbsolute() ? target.getRoot() : at;
            } else if (!name.toString().equals(".")) {
                at = step.path();
            }
        }
        return new HostWalk(steps, at);
    }

    private static Path target(Step step) {
        try {
            return Files.readSymbolicLink(step.path());
        } catch (IOException _) {
            // It has become something else in between: its own name leads to it.
            return step.name();
        }
    }

    private static void prepend(Path path, Deque<Path> ahead) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            ahead.push(path.getName(i));
        }
    }
}
