package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Memory of calls is zero, nobody else's, and there for as long as it is open. */
class CallMemoryTest {
    private static String at(long address) {
        return MemorySegment.ofAddress(address).reinterpret(1 << 20).getString(0);
    }

    @Property(tries = 200)
    void whatIsInItStays(
            @ForAll @Size(max = 12) List<@IntRange(max = 6_000) Integer> sizes,
            @ForAll @StringLength(max = 3_000) String text) {
        String said = text.replace('\0', '0');
        String real = new String(said.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        List<MemorySegment> segments = new ArrayList<>();
        try (CallMemory memory = CallMemory.open()) {
            long first = memory.text(said);
            for (int size : sizes) {
                MemorySegment segment = memory.allocate(size, 8);
                assertThat(segment.address() % 8).isZero();
                assertThat(segment.mismatch(MemorySegment.ofArray(new byte[size]))).isEqualTo(-1);
                segments.add(segment.fill((byte) (segments.size() + 1)));
                try (CallMemory nested = CallMemory.open()) {
                    assertThat(at(nested.text(said))).isEqualTo(real);
                }
            }
            assertThat(at(first)).isEqualTo(real);
            for (int i = 0; i < segments.size(); i++) {
                byte[] filled = segments.get(i).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                for (byte one : filled) {
                    assertThat(one).isEqualTo((byte) (i + 1));
                }
            }
        }
    }

    @Example
    void theSameAgainAfterwards() {
        long first;
        try (CallMemory memory = CallMemory.open()) {
            first = memory.text("a");
        }
        try (CallMemory memory = CallMemory.open()) {
            assertThat(memory.text("b")).isEqualTo(first);
        }
    }

    @Example
    void aFailureGivesItBack() {
        long first;
        try (CallMemory memory = CallMemory.open()) {
            first = memory.text("a");
        }
        assertThatThrownBy(
                        () -> {
                            try (CallMemory memory = CallMemory.open()) {
                                memory.text("a\0b");
                            }
                        })
                .isInstanceOf(IllegalArgumentException.class);
        try (CallMemory memory = CallMemory.open()) {
            assertThat(memory.text("b")).isEqualTo(first);
        }
    }

    @Example
    void virtualThreadsHaveTheirOwn() throws InterruptedException {
        CompletableFuture<String> said = new CompletableFuture<>();
        try (CallMemory mine = CallMemory.open()) {
            long first = mine.text("mine");
            Thread.ofVirtual()
                    .start(() -> {
                        try (CallMemory memory = CallMemory.open()) {
                            memory.allocate(64, 8).fill((byte) 1);
                            said.complete(at(memory.text("theirs")));
                        } catch (RuntimeException | Error failed) {
                            said.completeExceptionally(failed);
                        }
                    })
                    .join();
            assertThat(said.join()).isEqualTo("theirs");
            assertThat(at(first)).isEqualTo("mine");
        }
    }
}
