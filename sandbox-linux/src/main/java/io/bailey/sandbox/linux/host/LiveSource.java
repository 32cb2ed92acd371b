package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeAccess;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.List;

/** This host. */
final class LiveSource implements Source {
    private static final int RLIMIT_NOFILE = 7;

    private final Linux linux;

    LiveSource(Linux linux) {
        this.linux = linux;
    }

    @Override
    public String read(String path) {
        return KernelFile.read(linux, Linux.AT_FDCWD, path).text();
    }

    @Override
    public boolean exists(String path) {
        return linux.stat(Linux.AT_FDCWD, path, 0).result() == 0;
    }

    @Override
    public int errno(Sys call, long... arguments) {
        return (int) Math.max(0, -ask(call, arguments));
    }

    @Override
    public long ask(Sys call, long... arguments) {
        return linux.call(call, arguments);
    }

    @Override
    public long openFiles() {
        List<Long> limit = linux.rlimit(RLIMIT_NOFILE);
        return limit.isEmpty() ? -1 : limit.getFirst();
    }

    @Override
    public boolean nativeAccess() {
        return NativeAccess.granted();
    }
}
