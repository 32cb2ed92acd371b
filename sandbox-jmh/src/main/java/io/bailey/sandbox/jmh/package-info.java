/**
 * What a sandbox costs, beside what it would cost in C and what a plain process costs. {@link
 * StartReport} prints the tables of the documentation; {@link StartBenchmark} is the same question
 * put to JMH.
 */
@NullMarked
package io.bailey.sandbox.jmh;

import org.jspecify.annotations.NullMarked;
