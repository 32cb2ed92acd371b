/** Samples, one readable file each. */
package io.bailey.samples;
