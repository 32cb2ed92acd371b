package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Those peers that are here and work, each proven to isolate; and why the others do not. */
final class Peers implements AutoCloseable {
    private static final String V2_VIEW = "mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"";

    private final Map<Peer, Contender> working = new LinkedHashMap<>();
    private final Map<Peer, String> failing = new LinkedHashMap<>();

    static Peers open(Workbench bench) throws IOException, InterruptedException {
        PeerRoot root = PeerRoot.make(bench);
        Peers peers = new Peers();
        for (Peer peer : Peer.values()) {
            if (!Shell.has(peer.program())) {
                peers.failing.put(
                        peer, "not installed (Debian package " + peer.debianPackage() + ")");
                continue;
            }
            try {
                prove(peer, root);
                peers.working.put(peer, contender(peer, root));
            } catch (IOException e) {
                peers.failing.put(peer, String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            }
        }
        return peers;
    }

    Map<Peer, Contender> working() {
        return working;
    }

    /** What they said. */
    Map<Peer, String> failing() {
        return failing;
    }

    private static Contender contender(Peer peer, PeerRoot root)
            throws IOException, InterruptedException {
        List<String> command = peer.command(root, "true");
        if (!peer.wantsV2()) {
            return new ProcessContender(peer.title(), peer.lacks(), command);
        }
        List<String> server =
                FreshJvm.command(
                        List.of("-Xmx64m", "-XX:+UseSerialGC"),
                        ProcessContender.Server.class,
                        command);
        return new PartnerContender(
                peer.title(),
                String.join(" ", command) + " (with cgroup2 mounted on /sys/fs/cgroup)",
                peer.lacks(),
                Partner.start(inV2View(server)));
    }

    private static List<String> inV2View(List<String> command) {
        return new CommandLine()
                .and("unshare", "--mount", "--propagation", "private", "--")
                .and("sh", "-c", V2_VIEW, "sh")
                .and(command)
                .words();
    }

    /** It ran, in a process namespace that is not this one, and ended well. */
    private static void prove(Peer peer, PeerRoot root) throws IOException, InterruptedException {
        String program = root.probe().isPresent() ? "probe" : "true";
        List<String> command = peer.command(root, program);
        Path output = Files.createTempFile(root.directory().getParent(), "probe", ".out");
        Path errors = Files.createTempFile(root.directory().getParent(), "probe", ".err");
        Process process =
                new ProcessBuilder(peer.wantsV2() ? inV2View(command) : command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
        process.getOutputStream().close();
        int exit = process.waitFor();
        String said = Files.readString(output).strip();
        String here = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        if (exit != 0) {
            throw new IOException("exit " + exit + ": " + Files.readString(errors).strip());
        }
        if (root.probe().isPresent() && (!said.contains("pid:[") || said.contains(here))) {
            throw new IOException("not isolated: it says \"" + said + "\", this is " + here);
        }
    }

    @Override
    public void close() throws IOException {
        List<Contender> all = new ArrayList<>(working.values());
        for (Contender contender : all) {
            contender.close();
        }
    }
}
