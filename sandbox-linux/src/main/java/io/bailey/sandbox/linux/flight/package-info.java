/** Events of the JDK's Flight Recorder. */
@NullMarked
package io.bailey.sandbox.linux.flight;

import org.jspecify.annotations.NullMarked;
