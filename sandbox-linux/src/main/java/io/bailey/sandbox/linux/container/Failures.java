package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Session;
import io.bailey.sandbox.linux.launch.StatusPipe;
import io.bailey.sandbox.linux.plan.Blueprint;
import io.bailey.sandbox.linux.plan.ExecSteps;
import io.bailey.sandbox.linux.program.Operation;
import io.bailey.sandbox.linux.program.SyscallProgram;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a failed system call means to the one who asked for the sandbox: the step, the object, errno
 * and the fix.
 */
final class Failures {

    private Failures() {}

    static SandboxSetupException of(LaunchException failure) {
        return new SandboxSetupException(
                failure.step(),
                Errno.name(failure.errno()),
                failure.object(),
                Advice.forLaunch(failure.step(), failure.errno()),
                failure);
    }

    /** The same for a command on its way into a container. */
    static SandboxSetupException entering(LaunchException failure, SandboxSpec spec) {
        boolean limit = failure.errno() == Errno.EAGAIN && spec.limits().pids().isPresent();
        return limit
                ? new SandboxSetupException(
                        failure.step(),
                        Errno.name(failure.errno()),
                        failure.object(),
                        Advice.TOO_MANY_INSIDE,
                        failure)
                : of(failure);
    }

    static SandboxException of(StatusPipe.Failure failure, Blueprint blueprint, Command command) {
        SyscallProgram program =
                failure.program() == Blueprint.ENTRY_FAILED ? blueprint.entry() : blueprint.init();
        Operation operation = program.operations().get(failure.operation());
        if (operation.step().equals(ExecSteps.STEP)) {
            return exec(failure.errno(), operation, program, command);
        }
        return new SandboxSetupException(
                operation.step() + " (" + operation.sys().label() + ")",
                Errno.name(failure.errno()),
                operation.object(),
                Advice.forChild(operation, failure.errno()));
    }

    /** What {@code birth} makes of {@code session}. If it fails nobody waits: the session ends. */
    static <T> T orEnded(Session session, Supplier<T> birth) {
        try {
            return birth.get();
        } catch (RuntimeException | Error failure) {
            session.breakOff(failure);
            var _ = session.finish();
            throw failure;
        }
    }

    private static SandboxException exec(
            int errno, Operation operation, SyscallProgram program, Command command) {
        List<String> tried =
                program.operations().stream()
                        .filter(o -> o.step().equals(ExecSteps.STEP))
                        .map(Operation::object)
                        .distinct()
                        .toList();
        if (operation.sys() == Sys.EXECVE && errno == Errno.ENOENT) {
            // The look-up before it has found the file: what is missing is the interpreter it
            // names.
            return new CommandException(
                    command, List.of(operation.object()), CommandException.Reason.NOT_EXECUTABLE);
        }
        return switch (errno) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENAMETOOLONG ->
                    new CommandException(command, tried, CommandException.Reason.NOT_FOUND);
            case Errno.EACCES, Errno.ENOEXEC, Errno.EISDIR, Errno.EPERM, Errno.ETXTBSY ->
                    new CommandException(
                            command,
                            List.of(operation.object()),
                            CommandException.Reason.NOT_EXECUTABLE);
            default ->
                    new SandboxSetupException(
                            "execute",
                            Errno.name(errno),
                            operation.object(),
                            Advice.forChild(operation, errno));
        };
    }
}
