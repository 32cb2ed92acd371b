package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * The first system call fails, then the second, and so on to the last: each time somebody is told
 * in our own words or does not need to know, no descriptor stays open, and the store is whole.
 */
class FaultAtEachCallTest {
    @TempDir(factory = InMemory.class)
    Path scratch;

    @ParameterizedTest
    @ValueSource(ints = {Errno.EIO, Errno.ENOSPC, Errno.EDQUOT, Errno.EACCES, Errno.EMFILE})
    void isAnImageException(int errno) {
        OpenFiles open = OpenFiles.now();
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        int successes = 0;
        boolean failed = true;
        while (failed) {
            String name = "store" + successes;
            DeathAtEachCallTest.before(scratch.resolve(name));
            FaultyKernel kernel = FaultyKernel.failing(sys -> sys != Sys.CLOSE, errno);
            kernel.failAfter(successes);
            String message = "nobody was told";
            try {
                DeathAtEachCallTest.live(Linux.over(kernel), scratch.resolve(name), true);
            } catch (ImageException told) {
                message = told.toString();
                kinds.add(told.kind());
                assertThat(told.subject()).isNotEmpty();
            }
            failed = kernel.hasFailed();
            assertThat(open.more())
                    .as("after %s, the call %d: %s", call(kernel, successes), successes, message)
                    .isEmpty();
            DeathAtEachCallTest.expectIntact(scratch.resolve(name), successes);
            DeathAtEachCallTest.remove(scratch, name);
            successes++;
        }
        assertThat(successes).isGreaterThan(200);
        boolean full = errno == Errno.ENOSPC || errno == Errno.EDQUOT;
        assertThat(kinds).contains(full ? Kind.NO_SPACE : Kind.STORE);
    }

    private static String call(FaultyKernel kernel, int number) {
        return number < kernel.calls().size() ? kernel.calls().get(number).label() : "none";
    }
}
