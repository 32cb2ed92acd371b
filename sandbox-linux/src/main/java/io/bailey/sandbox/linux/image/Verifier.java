package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.VerifyReport;
import io.bailey.sandbox.linux.image.store.Ingest;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.LayerStream;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads everything again and compares it with its digests. */
final class Verifier {
    private final Linux linux;
    private final Catalog catalog;
    private final Store store;
    private final ImageLimits limits;

    Verifier(Linux linux, Catalog catalog, ImageLimits limits) {
        this.linux = linux;
        this.catalog = catalog;
        this.store = catalog.store();
        this.limits = limits;
    }

    /** What was checked, what was found, and what to do about it. */
    private final class Findings {
        final Set<Digest> seen = new LinkedHashSet<>();
        final List<String> problems = new ArrayList<>();
        final Set<Digest> damaged = new HashSet<>();
        final List<Runnable> remedies = new ArrayList<>();
        int checked;

        void damaged(Digest layer) {
            damaged.add(layer);
            remedies.add(() -> store.discardLayer(layer));
        }

        VerifyReport report() {
            if (!remedies.isEmpty() && !store.isReadOnly()) {
                remedies.forEach(Runnable::run);
                ImageFiles.want(store.root()); // Who has mounted it has mounted what is damaged.
            }
            return new VerifyReport(checked, problems);
        }
    }

    /** What is damaged is put away: whoever wants it makes or fetches it anew. */
    VerifyReport everything() {
        Findings findings = new Findings();
        catalog.names().forEach((file, name) -> examine(file, name, findings));
        // What no name means any more may be wanted by the next pull.
        store.blobs().forEach(blob -> blob(blob, "no image", findings));
        return findings.report();
    }

    VerifyReport image(Image image) {
        Findings findings = new Findings();
        examine(image, findings);
        return findings.report();
    }

    private void examine(String file, Optional<StoredName> name, Findings findings) {
        if (name.isEmpty()) {
            findings.checked++;
            findings.problems.add(
                    "the name in images/" + file + " cannot be read: pull its image again");
            return;
        }
        String where = name.get().name() + " (images/" + file + ")";
        blob(name.get().top().digest(), where, findings);
        blob(name.get().manifest().digest(), where, findings);
        // Before anybody else reads it, and puts it away.
        catalog.config(name.get()).ifPresent(config -> blob(config, where, findings));
        Optional<Image> image = catalog.image(ImageReference.parse(name.get().name()), name.get());
        image.ifPresent(it -> examine(it, findings));
        if (image.isEmpty()) {
            findings.problems.add(
                    "image " + name.get().name() + " lacks a document: pull it again");
        }
    }

    private void examine(Image image, Findings findings) {
        String where = image.reference().toString();
        blob(image.digest(), where, findings);
        blob(catalog.manifest(image).config().digest(), where, findings);
        for (Layer layer : image.layers()) {
            if (blob(layer.blob().digest(), where, findings)) {
                EnumSet.of(LayerForm.TAR_INDEX, LayerForm.DIRECTORIES)
                        .forEach(form -> layer(form, layer, findings));
            }
        }
        EnumSet.allOf(LayerForm.class).forEach(form -> chain(form, image.layers(), findings));
    }

    /** Whether it is sound. A damaged one is away already, and counts as absent. */
    private boolean blob(Digest digest, String where, Findings findings) {
        if (!findings.seen.add(digest)) {
            return store.blob(digest).isPresent();
        }
        findings.checked++;
        boolean sound = store.blob(digest).isPresent() && store.verifyBlob(digest);
        if (!sound) {
            findings.problems.add(
                    "blob "
                            + digest
                            + " of "
                            + where
                            + " is not there, or was not what its digest says");
        }
        return sound;
    }

    private void layer(LayerForm form, Layer layer, Findings findings) {
        Digest key = form.layer(layer);
        Optional<Path> blob = store.blob(layer.blob().digest());
        if (store.layer(key).isEmpty() || blob.isEmpty() || !findings.seen.add(key)) {
            return;
        }
        findings.checked++;
        try (FileChannel from = FileChannel.open(blob.get());
                LayerStream archive =
                        LayerStream.open(
                                from, layer.blob(), layer.diffId(), limits, false, bytes -> {})) {
            List<String> differences =
                    Backends.of(linux, form, limits).verify(store, layer, archive);
            archive.finish();
            if (!differences.isEmpty()) {
                findings.problems.addAll(differences);
                findings.damaged(key);
            }
        } catch (ImageException damaged) {
            findings.problems.add("layer " + layer.diffId() + ": " + damaged.getMessage());
            findings.damaged(key);
        } catch (IOException failure) {
            throw Disks.failure("verify layer", layer.diffId().toString(), failure);
        }
    }

    private void chain(LayerForm form, List<Layer> layers, Findings findings) {
        Digest key = form.chain(layers);
        boolean whole = layers.stream().allMatch(l -> store.layer(form.layer(l)).isPresent());
        boolean there = store.chain(key).isPresent() && whole;
        // What is made to compare has links into the layers: it must be in the same store.
        if (!there || store.isReadOnly() || !findings.seen.add(key)) {
            return;
        }
        if (layers.stream().anyMatch(layer -> findings.damaged.contains(form.layer(layer)))) {
            // Its files are further names of the layers'.
            findings.remedies.add(() -> store.discardChain(key));
            return;
        }
        findings.checked++;
        try (Ingest ingest = store.ingest()) {
            Path again = Files.createDirectory(ingest.path().resolve("again"));
            List<String> differences =
                    Backends.of(linux, form, limits).verifyStack(store, layers, again);
            if (!differences.isEmpty()) {
                findings.problems.addAll(differences);
                findings.remedies.add(() -> store.discardChain(key));
            }
        } catch (ImageException damaged) {
            findings.problems.add("layers " + key + ": " + damaged.getMessage());
            findings.remedies.add(() -> store.discardChain(key));
        } catch (IOException failure) {
            throw Disks.failure("verify layers", key.toString(), failure);
        }
    }
}
