package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What layers make of each other, once more: one map from paths to files, written from the text of
 * the OCI image specification ("layer.md", Applying Changesets) and rules 8 to 17 of an unpacker.
 * Slow and plain on purpose.
 */
final class Model {
    /** An entry that no unpacker accepts. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(Spec spec) {
            super(spec.toString(), null, false, false);
        }
    }

    private static final class Thing {
        TarEntry.Type type = TarEntry.Type.DIRECTORY;
        int mode = 0755;
        long uid;
        long gid;
        long seconds;
        int nanos;
        String content = "";
        SortedMap<String, byte[]> xattrs = new TreeMap<>();

        Thing describe(Spec s) {
            type = s.type();
            mode = s.type() == TarEntry.Type.SYMBOLIC_LINK ? 0777 : s.mode();
            uid = s.uid();
            gid = s.gid();
            seconds = s.seconds();
            nanos = s.nanos();
            content =
                    switch (s.type()) {
                        case FILE -> SeenTree.summary(whole(s));
                        case SYMBOLIC_LINK -> s.link();
                        case CHARACTER_DEVICE, BLOCK_DEVICE -> s.major() + ":" + s.minor();
                        default -> "";
                    };
            xattrs = new TreeMap<>();
            s.xattrs()
                    .forEach((key, value) -> {
                        boolean dropped =
                                key.startsWith("trusted.overlay.")
                                        || key.startsWith("user.overlay.")
                                        || Set.of(
                                                        "security.selinux",
                                                        "security.ima",
                                                        "security.evm")
                                                .contains(key)
                                        || (key.startsWith("user.")
                                                && type != TarEntry.Type.FILE
                                                && type != TarEntry.Type.DIRECTORY);
                        if (!dropped) {
                            xattrs.put(key, value);
                        }
                    });
            return this;
        }
    }

    private final Map<String, Thing> all = new HashMap<>(Map.of("", new Thing()));

    /** That of layers of which nothing is refused. */
    static Model of(List<TestLayer> layers) {
        Model model = new Model();
        for (TestLayer layer : layers) {
            if (!model.apply(layer.specs()).isEmpty()) {
                throw new AssertionError("a test of what is refused");
            }
        }
        return model;
    }

    /** What a reader of a file sees. */
    static byte[] whole(Spec s) {
        if (s.extents() == null) {
            return s.content();
        }
        byte[] whole = new byte[(int) s.size()];
        int stored = 0;
        for (Extent e : s.extents()) {
            System.arraycopy(s.content(), stored, whole, (int) e.position(), (int) e.length());
            stored += (int) e.length();
        }
        return whole;
    }

    /** Puts a layer upon it. What is refused is left out and returned. */
    List<Spec> apply(List<Spec> layer) {
        Set<String> directories = new HashSet<>();
        for (Spec s : layer) {
            if (s.type() == TarEntry.Type.DIRECTORY) {
                directories.add(String.join("/", clean(s.name())));
            }
        }
        List<Spec> refused = new ArrayList<>();
        // "Whiteout files MUST only apply to resources in lower/parent layers": so they come first.
        for (Spec s : layer) {
            if (base(s).startsWith(".wh.")) {
                attempt(() -> hide(s, directories), s, refused);
            }
        }
        for (Spec s : layer) {
            if (!base(s).startsWith(".wh.")) {
                attempt(() -> add(s), s, refused);
            }
        }
        return refused;
    }

    private interface Attempt {
        void run() throws Refusal;
    }

    private static void attempt(Attempt attempt, Spec s, List<Spec> refused) {
        try {
            attempt.run();
        } catch (Refusal refusal) {
            refused.add(s);
        }
    }

    private static String base(Spec s) {
        List<String> names = clean(s.name());
        return names.isEmpty() ? "" : names.getLast();
    }

    private static List<String> clean(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/")) {
            if (name.equals("..") && !names.isEmpty()) {
                names.removeLast();
            } else if (!name.equals("..") && !name.equals(".") && !name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    private void hide(Spec s, Set<String> directories) throws Refusal {
        List<String> above = clean(s.name());
        String name = above.removeLast();
        if (name.startsWith(".wh..wh.") && !name.equals(".wh..wh..opq")) {
            return; // Bookkeeping of AUFS is passed over wherever it is.
        }
        for (int i = 1; i <= above.size(); i++) {
            String path = String.join("/", above.subList(0, i));
            Thing thing = all.get(path);
            if (thing == null || thing.type != TarEntry.Type.DIRECTORY) {
                if (directories.contains(path)) {
                    return;
                }
                break;
            }
        }
        String in = resolve(s, above, false);
        if (in == null) {
            return;
        }
        if (name.equals(".wh..wh..opq")) {
            String prefix = in.isEmpty() ? "" : in + "/";
            all.keySet().removeIf(path -> !path.isEmpty() && path.startsWith(prefix));
        } else {
            remove(join(in, name.substring(4)));
        }
    }

    private void remove(String path) {
        if (!all.containsKey(path)) {
            return;
        }
        all.keySet().removeIf(other -> other.equals(path) || other.startsWith(path + "/"));
    }

    private static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private String resolve(Spec s, List<String> names, boolean make) throws Refusal {
        Deque<String> ahead = new ArrayDeque<>(names);
        String at = "";
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.poll();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.contains("/") ? at.substring(0, at.lastIndexOf('/')) : "";
                continue;
            }
            Thing next = all.get(join(at, name));
            if (next != null && next.type == TarEntry.Type.SYMBOLIC_LINK) {
                links++;
                if (links > 40) {
                    throw new Refusal(s);
                }
                at = next.content.startsWith("/") ? "" : at;
                List<String> target = Arrays.asList(next.content.split("/"));
                target.reversed().forEach(ahead::addFirst);
                continue;
            }
            at = join(at, name);
            if (next == null || next.type != TarEntry.Type.DIRECTORY) {
                if (!make) {
                    return null;
                }
                all.put(at, new Thing());
            }
        }
        return at;
    }

    private void add(Spec s) throws Refusal {
        List<String> names = clean(s.name());
        if (names.isEmpty()) {
            if (s.type() != TarEntry.Type.DIRECTORY) {
                throw new Refusal(s);
            }
            all.get("").describe(s);
            return;
        }
        String name = names.removeLast();
        if (s.type() == TarEntry.Type.HARD_LINK) {
            link(s, names, name);
            return;
        }
        String path = join(resolve(s, names, true), name);
        Thing there = all.get(path);
        if (s.type() == TarEntry.Type.DIRECTORY
                && there != null
                && there.type == TarEntry.Type.DIRECTORY) {
            there.describe(s);
        } else {
            remove(path);
            all.put(path, new Thing().describe(s));
        }
    }

    private void link(Spec s, List<String> above, String name) throws Refusal {
        // The directories come to be before the link does, or does not.
        String parent = resolve(s, above, true);
        List<String> names = clean(s.link());
        String last = names.isEmpty() ? "" : names.removeLast();
        String in = resolve(s, names, false);
        Thing target = in == null || last.isEmpty() ? null : all.get(join(in, last));
        if (target == null || target.type == TarEntry.Type.DIRECTORY) {
            throw new Refusal(s);
        }
        String path = join(parent, name);
        if (all.get(path) != target) {
            remove(path);
            all.put(path, target);
        }
    }

    /** As {@link SeenTree} would see it. */
    SortedMap<String, String> lines() {
        Map<Thing, String> first = new IdentityHashMap<>();
        Map<Thing, Integer> links = new IdentityHashMap<>();
        // As one sees the names who reads directory after directory, sorted.
        List<String> paths = new ArrayList<>(all.keySet());
        paths.sort(Comparator.comparing(path -> path.replace('/', '\0')));
        for (String path : paths) {
            Thing thing = all.get(path);
            first.putIfAbsent(thing, path);
            links.merge(thing, thing.type == TarEntry.Type.DIRECTORY ? 2 : 1, Integer::sum);
            if (thing.type == TarEntry.Type.DIRECTORY && !path.isEmpty()) {
                String parent = path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
                links.merge(all.get(parent), 1, Integer::sum);
            }
        }
        SortedMap<String, String> lines = new TreeMap<>();
        for (String path : paths) {
            Thing t = all.get(path);
            lines.put(
                    path,
                    SeenTree.line(
                            format(t.type) | t.mode,
                            links.get(t),
                            t.uid,
                            t.gid,
                            t.seconds,
                            t.nanos,
                            t.content,
                            t.xattrs,
                            first.get(t)));
        }
        return lines;
    }

    private static int format(TarEntry.Type type) {
        return switch (type) {
            case FILE, HARD_LINK -> 0x8000;
            case DIRECTORY -> 0x4000;
            case SYMBOLIC_LINK -> 0xA000;
            case CHARACTER_DEVICE -> 0x2000;
            case BLOCK_DEVICE -> 0x6000;
            case FIFO -> 0x1000;
        };
    }
}
