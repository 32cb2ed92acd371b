/**
 * What was measured, as data: collected by the tables, and made into JSON, into intervals and into
 * plots. Knows nothing of sandboxes.
 */
@NullMarked
package io.bailey.sandbox.jmh.report;

import org.jspecify.annotations.NullMarked;
