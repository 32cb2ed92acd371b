package io.bailey.sandbox.linux.image.erofs;

/**
 * An extended attribute.
 *
 * @param name its raw name, with the namespace: "user.x"
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; millions of them may be held.
record Xattr(String name, byte[] value) {}
