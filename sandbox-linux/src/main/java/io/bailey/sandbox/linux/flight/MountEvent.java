package io.bailey.sandbox.linux.flight;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The preparing of an image's root, once for all sandboxes that share it. */
@Name("io.bailey.sandbox.Mount")
@Label("Image Mount")
@Category({"Bailey", "Sandbox"})
@Description("The layers of an image were mounted, to be shared by its sandboxes")
@StackTrace(false)
final class MountEvent extends Event {
    @Label("Image")
    String image = "";

    @Label("Layers")
    int layers;
}
