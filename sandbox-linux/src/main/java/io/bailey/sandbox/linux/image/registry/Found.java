package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Credentials;

/**
 * Credentials, and where they were found, for messages.
 *
 * @param source such as {@code /home/a/.docker/config.json}
 */
record Found(Credentials credentials, String source) {
    boolean isIdentityToken() {
        return credentials.username().equals(Credentials.TOKEN);
    }
}
