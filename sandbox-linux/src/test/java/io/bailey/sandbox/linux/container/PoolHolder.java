package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Pool;
import io.bailey.sandbox.Sandbox;

import java.time.Duration;

/**
 * A JVM with a full pool, to be killed. Its argument: how many wait. Says when they do, and goes on
 * taking them when it is told to.
 */
final class PoolHolder {
    private PoolHolder() {}

    public static void main(String[] args) throws Exception {
        int size = Integer.parseInt(args[0]);
        Pool pool = Sandbox.builder().memory("64M").build().pool(size);
        if (!pool.awaitFull(Duration.ofMinutes(1))) {
            throw new IllegalStateException("not full: " + pool.stats());
        }
        System.out.println("full");
        while (System.in.read() >= 0) {
            pool.run("true").orThrow();
        }
        Thread.currentThread().join();
    }
}
