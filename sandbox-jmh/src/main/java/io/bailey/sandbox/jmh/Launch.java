package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a command in a sandbox of the host's tree: what {@link SandboxProfiler} puts before the
 * command line of a fork. Any other command may stand behind it too, a {@code java -jar} for one:
 *
 * {@snippet lang = "shell" :
 * java --enable-native-access=ALL-UNNAMED -cp "$CLASSPATH" io.bailey.sandbox.jmh.Launch \
 *     --options 'cpuset=1;memory=512M' -- java -jar app.jar one two
 * }
 *
 * <p>The command has the environment, the working directory, the standard streams and the network
 * of whoever starts it, and sees the host's files, read-only but for what {@code write=} names. It
 * has {@code /tmp}, {@code /var/tmp} and {@code /run} of its own; what the command line names below
 * those is shown. Started by root it is root on the host still, without any capability, so that it
 * finds its files; processes, mounts, host name, IPC and limits are its own. It is a cage for what
 * one trusts, not a wall against what one does not: for that there is {@link Sandbox}.
 *
 * <p>The exit status is the command's, 128 and the signal's number if one killed it; 127 if it was
 * not found, 126 if it could not be executed, 125 if there is no sandbox; the reason is on standard
 * error. With {@code --parent} and the number of the process that starts it, it ends with that;
 * when it ends, however it does, so does the command.
 *
 * @since 0.1
 */
public final class Launch {
    private static final int NO_SANDBOX = 125;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;
    private static final String USAGE =
            "usage: Launch [--options \"NAME=VALUE;…\"] [--figures FILE] [--parent PID] --"
                    + " COMMAND…\n";

    private Launch() {}

    /**
     * Runs the command and ends this JVM with its exit status.
     *
     * @param args {@code --options} with the limits, {@code --figures} with a file for what was
     *     used, {@code --parent} with a process to end with, {@code --}, the command
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
        try {
            return run(LaunchRequest.parse(args));
        } catch (CommandException e) {
            System.err.println("launch: " + e.getMessage());
            return e.reason() == CommandException.Reason.NOT_FOUND ? NOT_FOUND : NOT_EXECUTABLE;
        } catch (IllegalArgumentException e) {
            System.err.println("launch: " + e.getMessage() + "\n" + USAGE + LaunchOptions.HELP);
        } catch (SandboxException | IOException e) {
            System.err.println("launch: " + e.getMessage());
        } catch (InterruptedException e) {
            System.err.println("launch: interrupted");
        }
        return NO_SANDBOX;
    }

    private static int run(LaunchRequest request) throws IOException, InterruptedException {
        try (Sandbox sandbox = sandbox(request)) {
            // SIGTERM and Ctrl-C: nothing is to be swept up by whoever comes later.
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform().name("launch-end").unstarted(sandbox::close));
            if (request.parent().isPresent()) {
                ParentWatch.watch(request.parent().getAsLong(), () -> System.exit(NO_SANDBOX));
            }
            Command command =
                    Command.of(request.command())
                            .stdin(Input.of(System.in))
                            .stdout(Output.inherit())
                            .stderr(Output.inherit());
            try (Container container = sandbox.start(command)) {
                Result result = container.waitFor();
                if (request.figures().isPresent()) {
                    LaunchFigures.of(result.usage(), container.stats())
                            .write(request.figures().get());
                }
                return result.exitCode();
            }
        }
    }

    private static Sandbox sandbox(LaunchRequest request) {
        LaunchOptions options = request.options();
        Path workdir = Path.of("").toAbsolutePath();
        Sandbox.Builder builder =
                Sandbox.builder()
                        .network(Network.HOST)
                        .hostname("bailey-launch")
                        .workdir(workdir.toString());
        if (Linux.host().geteuid() == 0) {
            builder.idMap(IdMap.HOST);
        }
        if (!options.walls()) {
            builder.seccomp(SeccompProfile.none()).landlock(Landlock.OFF);
        }
        options.applyTo(builder);
        System.getenv().forEach(builder::env);
        mounts(request.command(), options, workdir).forEach(builder::mount);
        return builder.build();
    }

    private static List<Mount> mounts(List<String> command, LaunchOptions options, Path workdir) {
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : CommandFiles.mounts(command, workdir)) {
            Path target = Path.of(mount.target());
            if (!options.readOnly().contains(target) && !options.writable().contains(target)) {
                mounts.add(mount);
            }
        }
        options.readOnly().forEach(path -> mounts.add(Mount.readOnly(path, path.toString())));
        options.writable().forEach(path -> mounts.add(Mount.readWrite(path, path.toString())));
        return mounts;
    }
}
