package io.bailey.sandbox.linux.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** From being asked for a sandbox until its first process is born. */
@Name("io.bailey.sandbox.Start")
@Label("Sandbox Start")
@Category({"Bailey", "Sandbox"})
@Description("A command was started in a sandbox of its own")
@StackTrace(false)
final class StartEvent extends Event {
    @Label("Container Id")
    String container = "";

    @Label("Root")
    String root = "";

    @Label("Program")
    String program = "";

    @Label("First Process")
    long pid;
}
