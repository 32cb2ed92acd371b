package io.bailey.sandbox.linux.image.erofs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The beginning of an image: struct erofs_super_block, and its devices behind it. */
final class Superblock {
    private static final int CHECKSUM = Erofs.SUPER_OFFSET + 4;
    private static final int UUID = Erofs.SUPER_OFFSET + 48;
    private static final int UUID_BYTES = 16;
    private static final int TAG_BYTES = 64;

    private Superblock() {}

    /** How long it is. */
    static int bytes(int devices) {
        int bytes = Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES + devices * Erofs.DEVICE_SLOT_BYTES;
        return (int) Erofs.roundUp(bytes, Erofs.BLOCK);
    }

    /** Without a UUID and a checksum yet. */
    static byte[] of(int root, long inodes, long blocks, long[] devices) {
        ByteBuffer b = ByteBuffer.allocate(bytes(devices.length)).order(ByteOrder.LITTLE_ENDIAN);
        b.position(Erofs.SUPER_OFFSET);
        b.putInt(Erofs.MAGIC).putInt(0);
        b.putInt(Erofs.COMPAT_CHECKSUM | Erofs.COMPAT_MTIME);
        b.put((byte) Erofs.BLOCK_BITS).put((byte) 0).putShort((short) root);
        // The time of the image is 0: equal layers make equal images.
        b.putLong(inodes).putLong(0).putInt(0).putInt((int) blocks);
        b.putInt(0).putInt(0).position(UUID + UUID_BYTES + 16);
        int table = devices.length == 0 ? 0 : Erofs.INCOMPAT_DEVICE_TABLE;
        b.putInt(Erofs.INCOMPAT_CHUNKED_FILE | table).putShort((short) 0);
        b.putShort((short) devices.length);
        b.putShort((short) ((Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES) / Erofs.DEVICE_SLOT_BYTES));
        for (int i = 0; i < devices.length; i++) {
            int slot = Erofs.SUPER_OFFSET + Erofs.SUPER_BYTES + i * Erofs.DEVICE_SLOT_BYTES;
            b.putInt(slot + TAG_BYTES, (int) devices[i]);
        }
        return b.array();
    }

    /** Names the image by the hash of it, and protects itself. */
    static void seal(byte[] superblock, byte[] digest) {
        System.arraycopy(digest, 0, superblock, UUID, UUID_BYTES);
        // As RFC 9562 wants it of numbers that are made up.
        superblock[UUID + 6] = (byte) ((superblock[UUID + 6] & 0x0F) | 0x80);
        superblock[UUID + 8] = (byte) ((superblock[UUID + 8] & 0x3F) | 0x80);
        CRC32C crc = new CRC32C();
        crc.update(superblock, Erofs.SUPER_OFFSET, Erofs.BLOCK);
        // The kernel's crc32c() does not invert its result.
        ByteBuffer.wrap(superblock)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(CHECKSUM, (int) ~crc.getValue());
    }
}
