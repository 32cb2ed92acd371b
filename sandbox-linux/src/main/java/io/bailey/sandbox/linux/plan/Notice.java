package io.bailey.sandbox.linux.plan;

/**
 * Offsets in the record by which the init tells of a system call: after the kind a {@code struct
 * seccomp_notif}, seccomp_unotify(2).
 */
public final class Notice {
    static final int NOTIF = 8;

    /** {@code seccomp_data.nr}, behind id, pid and flags. */
    public static final int NUMBER = NOTIF + 16;

    /** {@code seccomp_data.arch}, an AUDIT_ARCH value. */
    public static final int ARCH = NOTIF + 20;

    public static final int BYTES = NOTIF + 80;

    private Notice() {}
}
