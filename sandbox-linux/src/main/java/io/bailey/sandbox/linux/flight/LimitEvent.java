package io.bailey.sandbox.linux.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A limit was reached; no duration. */
@Name("io.bailey.sandbox.LimitReached")
@Label("Sandbox Limit Reached")
@Category({"Bailey", "Sandbox"})
@Description("A container reached a limit, or was short of memory")
@StackTrace(false)
final class LimitEvent extends Event {
    @Label("Container Id")
    String container = "";

    @Label("Limit")
    String limit = "";

    @Label("Times")
    long times;

    @Label("Control Group")
    String cgroup = "";
}
