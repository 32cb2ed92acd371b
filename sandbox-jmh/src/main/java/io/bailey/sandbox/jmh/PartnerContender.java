package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.util.Arrays;

/**
 * One in a process of its own, which tells the time itself.
 *
 * @param partner that process; closed with this
 */
record PartnerContender(String title, String configuration, String lacks, Partner partner)
        implements Contender {

    @Override
    public long run() throws IOException {
        return Arrays.stream(partner.run()).sum();
    }

    @Override
    public void close() throws IOException {
        partner.close();
    }
}
