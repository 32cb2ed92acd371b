package io.bailey.sandbox.image;

/**
 * What a registry is told of who asks.
 *
 * @param username the user; {@code <token>} if the secret is an identity token, as Docker's
 *     credential helpers say it
 * @param secret the password or token; never shown
 * @since 0.1
 */
public record Credentials(String username, String secret) {

    /** The user name that says that the secret is an identity token (OAuth2 refresh token). */
    public static final String TOKEN = "<token>";

    /** Returns the user name alone. */
    @Override
    public String toString() {
        return username + ":***";
    }
}
