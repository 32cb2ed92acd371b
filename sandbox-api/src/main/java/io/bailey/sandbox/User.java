package io.bailey.sandbox;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The user, and if given the group, that a command runs as inside the sandbox.
 *
 * <p>Each is a name, looked up in the root's {@code /etc/passwd} and {@code /etc/group} (what is
 * mounted over them is not seen) when the command starts, or a decimal number from 0 to 4294967294
 * (4294967295 is {@code (uid_t) -1}, which {@code setresuid(2)} takes for "leave as it is"). What
 * begins with a digit is a number; there is no sign, no blank and no leading zero. Reading is this
 * strict because a number that overflows has meant root before (CVE-2024-40635 of containerd). A
 * name has the portable characters of POSIX ({@code A-Z a-z 0-9 . _ -}, not beginning with a digit,
 * dot or hyphen), may end in {@code $} as {@code useradd(8)} allows, and is at most 255 characters
 * long.
 *
 * @param user a name or number
 * @param group a name or number; without one it is the user's own group in {@code /etc/passwd}, or
 *     0 for a number that is not listed there
 * @since 0.1
 */
public record User(String user, Optional<String> group) {

    private static final long MAX_ID = 4_294_967_294L;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9._-]{0,253}\\$?");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");

    /**
     * Creates a user.
     *
     * @throws SandboxConfigException if one of the two is neither a name nor a number as described
     *     above
     */
    public User {
        check("user", user);
        group.ifPresent(name -> check("group", name));
    }

    /**
     * Returns a user of numeric ids.
     *
     * @param uid the user id inside the sandbox, not negative
     * @param gid the group id inside the sandbox, not negative
     * @return the user
     * @throws SandboxConfigException if one of them is negative
     */
    public static User of(int uid, int gid) {
        return new User(Integer.toString(uid), Optional.of(Integer.toString(gid)));
    }

    /**
     * Reads {@code user} or {@code user:group}.
     *
     * @param text the textual form; {@link #toString()} gives it back
     * @return the user
     * @throws SandboxConfigException if a part is neither a name nor a number as described above
     */
    public static User parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new User(text, Optional.empty())
                : new User(text.substring(0, colon), Optional.of(text.substring(colon + 1)));
    }

    /**
     * Returns the user id, if the user was given as a number.
     *
     * @return 0 to 4294967294, or empty for a name
     */
    public OptionalLong uid() {
        return number(user);
    }

    /**
     * Returns the group id, if a group was given as a number.
     *
     * @return 0 to 4294967294, or empty for a name or no group
     */
    public OptionalLong gid() {
        return group.map(User::number).orElse(OptionalLong.empty());
    }

    /**
     * Returns the form that {@link #parse(String)} reads.
     *
     * @return {@code user} or {@code user:group}
     */
    @Override
    public String toString() {
        return group.map(name -> user + ":" + name).orElse(user);
    }

    private static void check(String field, String value) {
        Objects.requireNonNull(value, field);
        boolean number = NUMBER.matcher(value).matches() && Long.parseLong(value) <= MAX_ID;
        if (!number && !NAME.matcher(value).matches()) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + Text.quote(value)
                            + " is neither a name nor a number from 0 to "
                            + MAX_ID
                            + " without sign, blank or leading zero");
        }
    }

    private static OptionalLong number(String value) {
        return Character.isDigit(value.charAt(0))
                ? OptionalLong.of(Long.parseLong(value))
                : OptionalLong.empty();
    }
}
