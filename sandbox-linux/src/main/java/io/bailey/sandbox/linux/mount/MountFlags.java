package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.program.Argument;

import java.util.ArrayList;
import java.util.List;

/** Attributes of a mount: mount_setattr(2), fsmount(2). */
public record MountFlags(boolean readOnly, boolean noSuid, boolean noDev, boolean noExec) {
    static final long RDONLY = 0x1;
    static final long NOSUID = 0x2;
    static final long NODEV = 0x4;
    static final long NOEXEC = 0x8;

    /** nosuid, nodev: what everything a sandbox can write to has at the least. */
    public static final MountFlags WRITABLE = new MountFlags(false, true, true, false);

    /** nosuid, nodev, noexec. */
    public static final MountFlags DATA = new MountFlags(false, true, true, true);

    /** ro, nosuid, nodev. */
    public static final MountFlags READ_ONLY = new MountFlags(true, true, true, false);

    /** ro, nosuid, nodev, noexec. */
    public static final MountFlags READ_ONLY_DATA = new MountFlags(true, true, true, true);

    /** nosuid, noexec: for devpts and device nodes. */
    public static final MountFlags DEVICES = new MountFlags(false, true, false, true);

    /**
     * ro, nosuid, noexec: device nodes that keep their owner, mode and times. What is written to
     * the device gets there all the same.
     */
    public static final MountFlags READ_ONLY_DEVICES = new MountFlags(true, true, false, true);

    /** The bits the kernel knows. */
    public long bits() {
        return (readOnly ? RDONLY : 0)
                | (noSuid ? NOSUID : 0)
                | (noDev ? NODEV : 0)
                | (noExec ? NOEXEC : 0);
    }

    String text() {
        List<String> names = new ArrayList<>();
        if (readOnly) {
            names.add("MOUNT_ATTR_RDONLY");
        }
        if (noSuid) {
            names.add("MOUNT_ATTR_NOSUID");
        }
        if (noDev) {
            names.add("MOUNT_ATTR_NODEV");
        }
        if (noExec) {
            names.add("MOUNT_ATTR_NOEXEC");
        }
        return names.isEmpty() ? "0" : String.join("|", names);
    }

    Argument argument() {
        return Argument.flags(text(), bits());
    }
}
