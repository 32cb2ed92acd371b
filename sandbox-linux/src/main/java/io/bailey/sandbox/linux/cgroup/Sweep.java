package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;

/** Removes what processes that were killed have left: their groups, and who is still inside. */
final class Sweep {
    private final Linux linux;

    Sweep(Linux linux) {
        this.linux = linux;
    }

    /** Looks into each of {@code bases}; returns the directories it removed. */
    List<String> run(List<String> bases) {
        List<String> left = new ArrayList<>();
        for (String base : bases) {
            for (String name : DirectoryReader.names(linux, Linux.AT_FDCWD, base).names()) {
                if (isDead(name)) {
                    left.add(base + "/" + name);
                }
            }
        }
        return remove(left);
    }

    /** Whether {@code name} is that of a group whose owner is dead. */
    boolean isDead(String name) {
        return GroupName.parse(name).filter(owner -> owner.isDead(linux)).isPresent();
    }

    /** Removes groups of the dead. Returns those that it was this that removed. */
    List<String> remove(List<String> paths) {
        // What one of them holds dies in none of the others.
        paths.forEach(this::release);
        return paths.stream().filter(this::remove).toList();
    }

    /** Lets go of what a freezer of v1 holds, to die. */
    private void release(String path) {
        try {
            GroupDirectory group = GroupDirectory.reopen(linux, path);
            if (group.read("freezer.state").isRead()) {
                group.killFrozen();
                group.write("freezer.state", "THAWED");
            }
            group.forget();
        } catch (CgroupFailure gone) {
            // Another process may sweep too.
        }
    }

    /** Removes the groups at {@code paths}; returns whether none is there any more. */
    boolean clear(List<String> paths) {
        boolean cleared = true;
        for (String path : paths) {
            cleared &= remove(path) || linux.stat(Linux.AT_FDCWD, path, 0).result() < 0;
        }
        return cleared;
    }

    /** Whether it was this that removed it: another process may sweep too. */
    private boolean remove(String path) {
        GroupDirectory group;
        try {
            group = GroupDirectory.reopen(linux, path);
        } catch (CgroupFailure gone) {
            return false;
        }
        try {
            group.remove();
            return true;
        } catch (SandboxException busy) {
            // As much as could be removed: it is there for the next sweep.
            return false;
        }
    }
}
