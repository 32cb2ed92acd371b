package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which extended attributes of an archive a file gets. */
final class XattrRules {
    private static final String USER = "user.";
    private static final String TRUSTED = "trusted.";
    private static final String SECURITY = "security.";
    static final String ACL_ACCESS = "system.posix_acl_access";
    static final String ACL_DEFAULT = "system.posix_acl_default";

    /**
     * Overlay would obey these: an opaque mark hides files, a redirect shows others under a name
     * (seen with podman 4.3).
     */
    private static final List<String> OVERLAY = List.of("trusted.overlay.", "user.overlay.");

    /** Those of the machine that the layer was made on; a security module here would obey them. */
    private static final Set<String> FOREIGN =
            Set.of("security.selinux", "security.ima", "security.evm");

    /** XATTR_NAME_MAX of limits.h. */
    private static final int MOST_NAME = 255;

    /** The field of an entry has 16 bits. The kernel would take one byte more. */
    private static final int MOST_VALUE = 0xFFFF;

    /** The field of an inode has 16 bits, and counts fours. */
    private static final long MOST_BODY = 12 + 4 * 0xFFFEL;

    private static final int ACL_HEADER = 4;
    private static final int ACL_ENTRY = 8;
    private static final byte ACL_VERSION = 2;

    private XattrRules() {}

    /** Sorted by name. */
    static List<Xattr> of(TarEntry entry) {
        if (entry.xattrs().isEmpty()) {
            return List.of();
        }
        List<Xattr> kept = new ArrayList<>();
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            if (isKept(entry.type(), xattr.getKey())) {
                kept.add(checked(entry, xattr.getKey(), xattr.getValue()));
            }
        }
        kept.sort(Comparator.comparing(Xattr::name));
        if (XattrBody.bytes(kept) > MOST_BODY) {
            throw Refused.limit(entry, "extended attributes of over " + MOST_BODY + " bytes");
        }
        return List.copyOf(kept);
    }

    /** Would a kernel take it on such a file, and may a layer set it? The rest is left out. */
    private static boolean isKept(TarEntry.Type type, String name) {
        if (FOREIGN.contains(name) || OVERLAY.stream().anyMatch(name::startsWith)) {
            return false;
        }
        return switch (name) {
            case ACL_ACCESS -> type != TarEntry.Type.SYMBOLIC_LINK;
            case ACL_DEFAULT -> type == TarEntry.Type.DIRECTORY;
            default ->
                    (isIn(USER, name) && hasUserAttributes(type))
                            || isIn(TRUSTED, name)
                            || isIn(SECURITY, name);
        };
    }

    private static boolean hasUserAttributes(TarEntry.Type type) {
        return type == TarEntry.Type.FILE || type == TarEntry.Type.DIRECTORY;
    }

    private static boolean isIn(String namespace, String name) {
        return name.length() > namespace.length() && name.startsWith(namespace);
    }

    private static Xattr checked(TarEntry entry, String name, byte[] value) {
        if (name.length() > MOST_NAME || name.indexOf('\0') >= 0) {
            throw Refused.entry(entry, "an extended attribute has an impossible name");
        }
        if (value.length > MOST_VALUE) {
            throw Refused.limit(entry, RawNames.show(name) + " is over " + MOST_VALUE + " bytes");
        }
        if (name.startsWith("system.") && !isAcl(value)) {
            // setxattr(2) refuses it; read from an image it makes every look-up fail.
            throw Refused.entry(entry, RawNames.show(name) + " is no access control list");
        }
        return new Xattr(name, value);
    }

    private static boolean isAcl(byte[] value) {
        return value.length >= ACL_HEADER
                && (value.length - ACL_HEADER) % ACL_ENTRY == 0
                && value[0] == ACL_VERSION
                && (value[1] | value[2] | value[3]) == 0;
    }
}
