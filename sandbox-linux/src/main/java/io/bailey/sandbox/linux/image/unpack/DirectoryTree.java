package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directories of the tree that is being made, and descriptors of some of them. The kernel is
 * only ever given a descriptor and one name: links are followed here, within the tree, so that no
 * path of a layer can lead out of it.
 */
final class DirectoryTree implements AutoCloseable {
    /** As Linux has it: MAXSYMLINKS, include/linux/namei.h. */
    static final int MOST_LINKS = 40;

    private static final int OPEN_DIRECTORIES = 64;
    private static final int DIRECTORY = Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
    private static final int PRIVATE = 0700;

    private final FileCalls calls;
    private final int mostDepth;
    private final TreeDirectory root = new TreeDirectory(null, "");
    private final Map<TreeDirectory, TreeDirectory> open = new LinkedHashMap<>(128, 0.75f, true);
    private long changes;
    private long made;

    /**
     * What a path leads to.
     *
     * @param directory the last directory of it that is there
     * @param missing what is missing of it
     * @param blocked whether there is something in the way: a file, or links that go round in
     *     circles
     */
    record Place(TreeDirectory directory, List<String> missing, boolean blocked) {
        boolean isFound() {
            return missing.isEmpty();
        }
    }

    DirectoryTree(FileCalls calls, int target, int mostDepth) {
        this.calls = calls;
        this.mostDepth = mostDepth;
        root.fd = target;
    }

    TreeDirectory root() {
        return root;
    }

    /** Grows with whatever is replaced: what a path led to before, it need not lead to any more. */
    long changes() {
        return changes;
    }

    /** How many directories were made. */
    long made() {
        return made;
    }

    /** A descriptor of a directory, which stays open until others have been asked for. */
    int fd(TreeDirectory directory) {
        if (directory.fd >= 0) {
            open.get(directory);
            return directory.fd;
        }
        Deque<TreeDirectory> closed = new ArrayDeque<>();
        for (TreeDirectory at = directory; at != null && at.fd < 0; at = at.parent) {
            closed.push(at);
        }
        closed.forEach(this::open);
        return directory.fd;
    }

    private void open(TreeDirectory directory) {
        TreeDirectory parent = directory.parent == null ? root : directory.parent;
        int fd = calls.openat(parent.fd, directory.name, DIRECTORY, 0);
        if (fd < 0) {
            throw Failures.call("open directory", directory.path(), fd);
        }
        directory.fd = fd;
        open.put(directory, directory);
        if (open.size() > OPEN_DIRECTORIES) {
            close(open.keySet().iterator().next());
        }
    }

    private void close(TreeDirectory directory) {
        if (open.remove(directory) != null) {
            calls.close(directory.fd);
            directory.fd = -1;
        }
    }

    /** linkat(2) between two directories: opening the one may have closed the other. */
    int link(TreeDirectory from, String name, TreeDirectory to, String as) {
        int source = calls.openat(fd(from), ".", Linux.O_PATH | DIRECTORY, 0);
        if (source < 0) {
            return source;
        }
        try {
            return calls.linkat(source, name, fd(to), as);
        } finally {
            calls.close(source);
        }
    }

    /** Follows a path within the tree as far as it goes. A last link is followed too. */
    Place find(List<String> components) {
        TreeDirectory at = root;
        Deque<String> rest = PathNames.queue(components);
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            TreeDirectory next = step(at, name);
            if (next == null) {
                int length = at.hasLink(name) ? -Errno.EINVAL : calls.readlinkat(fd(at), name);
                if (length < 0) {
                    rest.push(name);
                    return stopped(at, rest, length);
                }
                if (++links > MOST_LINKS) {
                    rest.push(name);
                    return new Place(at, new ArrayList<>(rest), true);
                }
                String link = calls.text(length);
                PathNames.expand(link, rest);
                next = link.startsWith("/") ? root : at;
            }
            at = next;
        }
        return new Place(at, List.of(), false);
    }

    private @Nullable TreeDirectory step(TreeDirectory at, String name) {
        if (name.equals("..")) {
            return at.parent == null ? root : at.parent;
        }
        return at.child(name);
    }

    private static Place stopped(TreeDirectory at, Deque<String> rest, int result) {
        return switch (-result) {
            case Errno.ENOENT -> new Place(at, new ArrayList<>(rest), false);
            case Errno.EINVAL -> new Place(at, new ArrayList<>(rest), true);
            default -> throw Failures.call("read link", at.path(rest.getFirst()), result);
        };
    }

    /**
     * The directory that a path leads to; what is missing of it is made, to be described by lower
     * layers.
     */
    TreeDirectory implied(List<String> components, boolean hollow) {
        Place place = find(components);
        while (!place.isFound()) {
            String name = place.missing().getFirst();
            if (place.blocked()) {
                throw Failures.malformed(
                        PathNames.join(components),
                        "above it is " + name + ", which the layer has as something else");
            }
            TreeDirectory made = make(place.directory(), name);
            made.hollow = hollow;
            place = resume(made, place.missing());
        }
        return place.directory();
    }

    /** Goes on where something was missing: it may have been in the middle of a link. */
    private Place resume(TreeDirectory made, List<String> missing) {
        List<String> path = new ArrayList<>(PathNames.split(made.path()));
        path.addAll(missing.subList(1, missing.size()));
        return find(path);
    }

    /** Makes a directory where there may be something else. */
    TreeDirectory makeReplacing(TreeDirectory parent, String name) {
        FileStat old = calls.stat(fd(parent), name);
        if (old.exists()) {
            clear(parent, name);
        }
        return make(parent, name);
    }

    /** Makes a directory that is not there. It is private until the tree is complete. */
    TreeDirectory make(TreeDirectory parent, String name) {
        int result = calls.mkdirat(fd(parent), name, PRIVATE);
        if (result < 0) {
            throw Failures.call("make directory", parent.path(name), result);
        }
        TreeDirectory directory = new TreeDirectory(parent, name);
        if (directory.depth > mostDepth) {
            throw Failures.tooDeep(directory.path(), mostDepth);
        }
        parent.add(directory);
        made++;
        return directory;
    }

    /** Removes whatever has a name, so that something else can have it. */
    void clear(TreeDirectory parent, String name) {
        changes++;
        TreeDirectory child = parent.child(name);
        if (child != null) {
            forget(child);
            parent.remove(name);
            TreeRemover.remove(calls, fd(parent), name);
            return;
        }
        int result = calls.unlinkat(fd(parent), name, 0);
        if (result < 0 && result != -Errno.ENOENT) {
            throw Failures.call("replace", parent.path(name), result);
        }
    }

    private void forget(TreeDirectory removed) {
        Deque<TreeDirectory> left = new ArrayDeque<>(List.of(removed));
        while (!left.isEmpty()) {
            TreeDirectory directory = left.pop();
            close(directory);
            made--;
            directory.children().forEach(left::push);
        }
    }

    /** Closes all descriptors but the root's, which is the caller's. */
    @Override
    public void close() {
        List.copyOf(open.keySet()).forEach(this::close);
    }
}
