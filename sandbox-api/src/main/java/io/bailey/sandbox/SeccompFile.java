package io.bailey.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the text of a profile; what it says is the engine's business. */
final class SeccompFile {

    /** Docker's own is 20 KiB. */
    private static final int MAX_BYTES = 4 << 20;

    private SeccompFile() {}

    static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new SandboxConfigException(
                        "seccomp profile "
                                + Text.quote(file.toString())
                                + ": has more than "
                                + MAX_BYTES
                                + " bytes");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new SandboxConfigException(
                    "seccomp profile " + Text.quote(file.toString()) + ": is not UTF-8");
        } catch (IOException unreadable) {
            throw new SandboxConfigException(
                    "seccomp profile "
                            + Text.quote(file.toString())
                            + ": cannot be read: "
                            + unreadable);
        }
    }
}
