package io.bailey.sandbox.linux.sys;

/**
 * Whether this JVM lets Bailey call native code, and what to tell the user when it does not (JEP
 * 472).
 */
public final class NativeAccess {

    private NativeAccess() {}

    /** Is native access granted, so that no warning is printed and no call refused? */
    public static boolean granted() {
        return NativeAccess.class.getModule().isNativeAccessEnabled();
    }

    /** The exact option of the java launcher that grants it. */
    public static String flag() {
        Module module = NativeAccess.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    /** The message for a JVM that refused: what was tried, and the flag. */
    public static String refusal() {
        return "this JVM does not allow Bailey to make system calls (java.lang.foreign is restricted). Start it with "
                + flag()
                + ", or put \"Enable-Native-Access: ALL-UNNAMED\" in the manifest of the application's jar";
    }
}
