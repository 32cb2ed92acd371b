/**
 * What tests of every room share: the powers a machine must have for a test to prove something, and
 * kernels that fail on command. It knows the rooms; no room knows it.
 */
@NullMarked
package io.bailey.sandbox.linux.testing;

import org.jspecify.annotations.NullMarked;
