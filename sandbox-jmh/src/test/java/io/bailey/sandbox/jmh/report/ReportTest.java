package io.bailey.sandbox.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.xml.parsers.DocumentBuilderFactory;

class ReportTest {
    @TempDir Path directory;

    private static Results results() {
        Results results = new Results();
        results.add("start", "ours & <theirs>", List.of(3_000_000L, 1_000_000L, 2_000_000L));
        results.add("start", "other", List.of(4_000_000L, 4_000_001L, 6_000_000L));
        results.add("rate", "ours", 2, 1500.5, "starts a second");
        return results;
    }

    @Test
    void jsonHasEverySingleTime() throws Exception {
        Path file = directory.resolve("results.json");

        Json.write(file, Map.of("kernel", "Linux \"6\""), results());

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertThat(json.at("/facts/kernel").asString()).isEqualTo("Linux \"6\"");
        assertThat(json.at("/times/0/row").asString()).isEqualTo("ours & <theirs>");
        assertThat(json.at("/times/0/times/1").asLong()).isEqualTo(1_000_000);
        assertThat(json.at("/times/1/times").size()).isEqualTo(3);
        assertThat(json.at("/values/0/at").asDouble()).isEqualTo(2);
        assertThat(json.at("/values/0/value").asDouble()).isEqualTo(1500.5);
        assertThat(json.at("/values/0/unit").asString()).isEqualTo("starts a second");
    }

    @Test
    void nothingMeasuredIsNoRow() {
        Results results = new Results();
        results.add("start", "nothing", List.of());

        assertThat(results.series()).isEmpty();
        assertThat(results.row("start", "nothing")).isEmpty();
    }

    @Test
    void distributionIsAWellFormedPicture() throws Exception {
        Document picture =
                parse(Plot.distribution("T", "S", results().table("start"), true, 1).svg());

        assertThat(texts(picture))
                .contains("T", "S", "ours & <theirs>", "other", "milliseconds, logarithmic");
        assertThat(texts(picture)).contains("percent of all at or below", "0", "100");
    }

    @Test
    void linesAreInTheLegendAsTheyEnd() throws Exception {
        List<Plot.Line> lines =
                List.of(
                        new Plot.Line("low", List.of(1.0, 2.0), List.of(5.0, 1.0), true),
                        new Plot.Line("high", List.of(1.0, 2.0), List.of(1.0, 5.0), true));

        List<String> texts = texts(parse(Plot.over("T", "S", "x", "y", true, false, lines).svg()));

        assertThat(texts.indexOf("high")).isLessThan(texts.indexOf("low"));
        assertThat(texts).contains("x, logarithmic", "y");
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> texts(Document picture) {
        var nodes = picture.getElementsByTagName("text");
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent())
                .toList();
    }
}
