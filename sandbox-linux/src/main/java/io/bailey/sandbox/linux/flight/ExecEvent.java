package io.bailey.sandbox.linux.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** From being asked for a further command until its end. */
@Name("io.bailey.sandbox.Exec")
@Label("Sandbox Exec")
@Category({"Bailey", "Sandbox"})
@Description("A further command ran in a sandbox")
@StackTrace(false)
final class ExecEvent extends Event {
    @Label("Container Id")
    String container = "";

    @Label("Program")
    String program = "";

    @Label("Termination")
    String termination = "";
}
