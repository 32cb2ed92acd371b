package io.bailey.sandbox.linux.image.unpack;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes down what the tree does not say. */
final class NoteTaker {
    private final List<String> implied = new ArrayList<>();
    private final List<String> hollow = new ArrayList<>();
    private final List<String> opaque = new ArrayList<>();
    private final List<Numbered> links = new ArrayList<>();
    private boolean root;

    private record Numbered(long number, LayerNotes.Link link) {}

    void take(TreeDirectory directory) {
        String path = directory.path();
        if (directory.parent == null) {
            root = directory.entry != null;
        } else if (directory.entry == null && isKnownBelow(directory)) {
            (directory.hollow ? hollow : implied).add(path);
        }
        if (directory.opaque) {
            opaque.add(path);
        }
        for (TreeDirectory.Link link : directory.links()) {
            String name = PathNames.child(path, link.name());
            links.add(new Numbered(link.number(), new LayerNotes.Link(name, link.target())));
        }
    }

    private static boolean isKnownBelow(TreeDirectory directory) {
        TreeDirectory parent = directory.parent;
        return !directory.replaced && (parent == null || !parent.isCutOff());
    }

    LayerNotes write(
            long entries,
            long directories,
            EntryMaker maker,
            List<String> whiteouts,
            Map<String, Long> attributes) {
        Collections.sort(implied);
        Collections.sort(hollow);
        Collections.sort(opaque);
        links.sort(Comparator.comparingLong(Numbered::number));
        return new LayerNotes(
                root,
                implied,
                hollow,
                opaque,
                whiteouts,
                links.stream().map(Numbered::link).toList(),
                entries,
                maker.files(),
                directories,
                maker.bytes(),
                maker.devices(),
                attributes);
    }
}
