package io.bailey.sandbox.linux.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TakenIdsTest {
    private static final TakenIds IDS =
            TakenIds.of(
                    "root:x:0:0::/root:/bin/sh\nad:x:1000000:2000000::/:/bin/sh\nbroken:x:-1\n",
                    "alice:524288:65536\n1001:600000:10\n:nonsense\n");

    @Test
    void accountsAreTaken() {
        assertThat(IDS.meets(0, 1)).isTrue();
        assertThat(IDS.meets(983_040, 65_536)).as("user").isTrue();
        assertThat(IDS.meets(1_966_080, 65_536)).as("group").isTrue();
        assertThat(IDS.meets(1_000_001, 10)).isFalse();
    }

    @Test
    void rangesAreTakenFromTheirFirstIdToTheirLast() {
        assertThat(IDS.meets(524_287, 1)).isFalse();
        assertThat(IDS.meets(524_288, 1)).isTrue();
        assertThat(IDS.meets(589_823, 1)).isTrue();
        assertThat(IDS.meets(589_824, 10_176)).isFalse();
        assertThat(IDS.meets(589_824, 10_177)).isTrue();
        assertThat(IDS.meets(600_010, 1)).isFalse();
    }
}
