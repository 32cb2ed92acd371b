package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Digest;

/**
 * A manifest or index as it was sent, and whose digest this is.
 *
 * @param bytes the document; the caller's own
 * @param contentType what the registry says it is; empty if it does not say
 * @param digest the hash of the bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them: they are named by their digest.
public record ManifestBytes(byte[] bytes, String contentType, Digest digest) {}
