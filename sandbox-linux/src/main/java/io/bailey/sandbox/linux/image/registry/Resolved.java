package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Digest;

/**
 * What a name means just now.
 *
 * @param digest the digest of its manifest or index
 * @param mediaType what the registry says it is; empty if it does not say
 * @param size its bytes
 */
public record Resolved(Digest digest, String mediaType, long size) {}
