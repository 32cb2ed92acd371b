package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.sys.Linux;

/** The start of a detached container, of which nothing is left if it fails. */
final class DetachedStart implements AutoCloseable {
    private final DetachedFiles files;
    private boolean succeeded;

    private DetachedStart(DetachedFiles files) {
        this.files = files;
    }

    /**
     * Makes the files of a container that is written down already.
     *
     * @param record where its cgroup is written down before there is anything in it
     */
    static DetachedStart make(
            Linux linux, ContainerRecord record, SandboxSpec spec, Command command) {
        boolean ownIds = spec.namespaces().contains(Namespace.USER);
        DetachedFiles files =
                DetachedFiles.make(
                        linux,
                        record.directory(),
                        DetachedTerms.of(command.output(), spec.logs(), ownIds),
                        DetachedTerms.of(command.errorOutput(), spec.logs(), ownIds),
                        spec.logs().size().bytes());
        files.beforePlaced(record::placing);
        files.whenPlaced(record::placed);
        return new DetachedStart(files);
    }

    DetachedFiles files() {
        return files;
    }

    /** The init has what it needs: from now on it, and no longer this JVM, locks the report. */
    void succeeded() {
        succeeded = true;
        files.handOver();
    }

    @Override
    public void close() {
        if (!succeeded) {
            files.close();
        }
    }
}
