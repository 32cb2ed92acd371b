package io.bailey.sandbox.linux.sys;

/** What a small file of the kernel says, or the −errno reading it failed with in {@code result}. */
public record FileText(int result, String text) {

    static FileText failed(int result) {
        return new FileText(result, "");
    }

    /** Was it read? */
    public boolean isRead() {
        return result == 0;
    }
}
