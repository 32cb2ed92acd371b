package io.bailey.samples;

import io.bailey.sandbox.Sandbox;

/** What works on this host, what does not, and the fix. */
final class Doctor {
    void main() {
        IO.println(Sandbox.doctor());
    }
}
