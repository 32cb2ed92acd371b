package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;

/** Bailey, configured as someone else is. */
final class OurContender implements Contender {
    private final Kind kind;
    private final Sandbox sandbox;
    private final String command;

    /** The rows of ours; each of the others has the one that does the same. */
    enum Kind {
        AS_BWRAP(Setup.READ_ONLY, false, "Bailey, all namespaces but net, no walls"),
        AS_CRUN(Setup.READ_ONLY_NET, false, "Bailey, all namespaces, no walls"),
        DEFAULT(Setup.READ_ONLY_NET, true, "Bailey, all namespaces, walls"),
        AS_RUNC(Setup.READ_ONLY_NET_LIMITS, true, "Bailey, all namespaces, walls, limits");

        private final Setup setup;
        private final boolean walls;
        private final String title;

        Kind(Setup setup, boolean walls, String title) {
            this.setup = setup;
            this.walls = walls;
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    OurContender(Workbench bench, Kind kind) {
        this.kind = kind;
        this.sandbox = kind.walls ? kind.setup.walled(bench) : kind.setup.bare(bench);
        this.command = kind.setup.command(bench);
    }

    @Override
    public String title() {
        return kind.title;
    }

    @Override
    public String configuration() {
        return "Sandbox.builder(), "
                + kind.setup.title()
                + (kind.walls ? "" : ", seccomp(none), landlock(OFF)");
    }

    @Override
    public String lacks() {
        return switch (kind) {
            case AS_BWRAP -> "net namespace, cgroup, seccomp, Landlock";
            case AS_CRUN -> "cgroup, seccomp, Landlock";
            case DEFAULT -> "cgroup";
            case AS_RUNC -> "–";
        };
    }

    @Override
    public long run() throws InterruptedException {
        long began = System.nanoTime();
        sandbox.run(command).orThrow();
        return System.nanoTime() - began;
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
