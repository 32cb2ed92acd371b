package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Whether a store has to be looked through after the machine went down. */
class SessionsTest {
    private static final String MONDAY = "11111111111111111111111111111111";
    private static final String TUESDAY = "22222222222222222222222222222222";

    @TempDir(factory = InMemory.class)
    Path root;

    private Store open(String boot, boolean sync) {
        return Store.open(Linux.host(), root, sync, Things.PATIENCE, boot);
    }

    /** Lives in a boot, and dies with it or before. */
    private void crash(String boot, boolean sync) {
        DyingKernel kernel = new DyingKernel(Integer.MAX_VALUE);
        Store store = Store.open(Linux.over(kernel), root, sync, Things.PATIENCE, boot);
        assertThat(store.needsVerification()).isFalse();
        kernel.bury();
    }

    @Test
    void aCleanEndIsTrusted() {
        open(MONDAY, true).close();
        try (Store store = open(TUESDAY, true)) {
            assertThat(store.needsVerification()).isFalse();
        }
    }

    @Test
    void aKilledProcessIsNoCrashOfTheMachine() {
        crash(MONDAY, true);
        crash(MONDAY, false);
        try (Store store = open(MONDAY, true)) {
            assertThat(store.needsVerification()).isFalse();
        }
    }

    @Test
    void aCrashIsRememberedUntilSomebodyHasLooked() {
        crash(MONDAY, true);
        open(TUESDAY, true).close();
        try (Store store = open(TUESDAY, true)) {
            assertThat(store.needsVerification()).isTrue();
            store.verified();
            assertThat(store.needsVerification()).isFalse();
            store.verified();
        }
        try (Store store = open(TUESDAY, true)) {
            assertThat(store.needsVerification()).isFalse();
        }
    }

    @Test
    void whoOnlyReadsSeesItBeforeAnybodyHasWritten() {
        crash(MONDAY, true);
        try (Store reader = Store.openReadOnly(Linux.host(), root)) {
            assertThat(reader.needsVerification()).isTrue();
        }
    }

    /** What was not synced may be lost by any end of the machine, for all anybody knows. */
    @Test
    void whatWasNotSyncedIsNotTrustedAfterTheNextBoot() {
        open(MONDAY, false).close();
        try (Store store = open(MONDAY, true)) {
            assertThat(store.needsVerification()).isFalse();
        }
        try (Store store = open(TUESDAY, true)) {
            assertThat(store.needsVerification()).isTrue();
            store.verified();
        }
        try (Store store = open(TUESDAY, true)) {
            assertThat(store.needsVerification()).isFalse();
        }
    }

    @Test
    void thisBootHasAnId() {
        assertThat(Sessions.currentBoot(Linux.host())).matches("[0-9a-f]{32}");
        Linux blind = Linux.over((sys, a, b, c, d, e, f) -> -2);
        assertThat(Sessions.currentBoot(blind)).isEqualTo("unknown");
    }
}
