package io.bailey.sandbox.linux.image.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.linux.image.archive.UpperFiles.Kept;
import io.bailey.sandbox.linux.sys.Errno;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/** Extended attributes: overlayfs's notes, and what belongs to the files. */
final class UpperAttributes {
    private static final String CAPABILITY = "security.capability";
    private static final int VERSION_2 = 0x02000000;
    private static final int VERSION_3 = 0x03000000;
    private static final int VERSION = 0xFF000000;
    private static final int VERSION_2_BYTES = 20;
    private static final int VERSION_3_BYTES = 24;

    private static final Set<String> LISTS =
            Set.of("system.posix_acl_access", "system.posix_acl_default");
    private static final int LIST_HEADER = 4;
    private static final int LIST_ENTRY = 8;
    private static final int ACL_USER = 2;
    private static final int ACL_GROUP = 8;

    /** Of this host's policy and keys, which no image's are. */
    private static final Set<String> HOSTS =
            Set.of("security.selinux", "security.ima", "security.evm", "security.SMACK64");

    private final String notes;
    private final UpperLayer.Ids ids;

    UpperAttributes(UpperLayer.Options options) {
        this.notes = options.notes().prefix();
        this.ids = options.ids();
    }

    /** Did listing fail because such a file has none? */
    static boolean cannotHave(int result) {
        return result == -Errno.EOPNOTSUPP;
    }

    /** Refuses what is only half there: the other half is in a layer beneath, under some name. */
    void refuseHalves(String path, Map<String, byte[]> all) {
        for (String half : Set.of("redirect", "metacopy")) {
            if (all.containsKey(notes + half)) {
                throw UpperWalk.unsupported(
                        path,
                        "its content is in a layer beneath ("
                                + notes
                                + half
                                + "): mount the overlay"
                                + " with redirect_dir=off,metacopy=off");
            }
        }
    }

    Kept.Mark mark(Map<String, byte[]> all) {
        byte[] value = all.getOrDefault(notes + "opaque", new byte[0]);
        return switch (new String(value, ISO_8859_1)) {
            case "y" -> Kept.Mark.OPAQUE;
            case "x" -> Kept.Mark.MARKED_NAMES;
            default -> Kept.Mark.NONE;
        };
    }

    boolean isMarkedGone(Map<String, byte[]> all) {
        return all.containsKey(notes + "whiteout");
    }

    /** What belongs to the file, by the numbers of the image. */
    Map<String, byte[]> kept(String path, Map<String, byte[]> all) {
        Map<String, byte[]> kept = new TreeMap<>();
        all.forEach((name, value) -> {
            // Both: in an image they would be notes to whichever overlay it is mounted by.
            if (!name.startsWith(UpperLayer.Notes.TRUSTED.prefix())
                    && !name.startsWith(UpperLayer.Notes.USER.prefix())
                    && !HOSTS.contains(name)) {
                kept.put(name, translated(path, name, value));
            }
        });
        return kept;
    }

    private byte[] translated(String path, String name, byte[] value) {
        if (name.equals(CAPABILITY)) {
            return capability(path, value);
        }
        return LISTS.contains(name) ? accessList(path, value) : value;
    }

    /**
     * Of a user namespace's root they carry its number, capabilities(7) "File capability extended
     * attribute versioning"; in the image that is nobody but root.
     */
    private byte[] capability(String path, byte[] value) {
        ByteBuffer data = ByteBuffer.wrap(value.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (value.length != VERSION_3_BYTES || (data.getInt(0) & VERSION) != VERSION_3) {
            return value;
        }
        int root = mapped(path, ids.user(), data.getInt(VERSION_2_BYTES));
        if (root != 0) {
            return data.putInt(VERSION_2_BYTES, root).array();
        }
        data.putInt(0, (data.getInt(0) & ~VERSION) | VERSION_2);
        return Arrays.copyOf(data.array(), VERSION_2_BYTES);
    }

    /** struct posix_acl_xattr_entry, include/uapi/linux/posix_acl_xattr.h: tag, permissions, id. */
    private byte[] accessList(String path, byte[] value) {
        ByteBuffer data = ByteBuffer.wrap(value.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = LIST_HEADER; at + LIST_ENTRY <= value.length; at += LIST_ENTRY) {
            int tag = data.getShort(at);
            if (tag == ACL_USER || tag == ACL_GROUP) {
                IntUnaryOperator map = tag == ACL_USER ? ids.user() : ids.group();
                data.putInt(at + 4, mapped(path, map, data.getInt(at + 4)));
            }
        }
        return data.array();
    }

    private static int mapped(String path, IntUnaryOperator map, int outside) {
        int inside = map.applyAsInt(outside);
        if (inside == -1) {
            throw UpperWalk.unsupported(
                    path,
                    "an attribute of it names "
                            + Integer.toUnsignedString(outside)
                            + ", which has no number in the image");
        }
        return inside;
    }
}
