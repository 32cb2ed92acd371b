package io.bailey.sandbox.linux.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** From the birth of a sandbox's first process until nothing of it is left. */
@Name("io.bailey.sandbox.Exit")
@Label("Sandbox Exit")
@Category({"Bailey", "Sandbox"})
@Description("A sandbox has ended and nothing of it is left")
@StackTrace(false)
final class ExitEvent extends Event {
    @Label("Container Id")
    String container = "";

    @Label("Termination")
    String termination = "";

    @Label("Exit Code")
    int exitCode;

    @Label("Processor Time")
    @Timespan(Timespan.NANOSECONDS)
    long cpuTime;

    @Label("Peak Memory")
    @DataAmount
    long peakMemory;
}
