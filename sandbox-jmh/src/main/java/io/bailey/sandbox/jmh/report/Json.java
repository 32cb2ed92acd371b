package io.bailey.sandbox.jmh.report;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The results as JSON: every single time, for whoever wants to reckon otherwise. */
public final class Json {
    private Json() {}

    /** Writes them, each series on a line of its own. */
    public static void write(Path file, Map<String, String> facts, Results results)
            throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write("{\n\"facts\": ");
            element(
                    out,
                    json -> {
                        json.writeStartObject();
                        facts.forEach(json::writeStringProperty);
                        json.writeEndObject();
                    });
            out.write(",\n\"times\": [");
            String separator = "\n";
            for (Results.Series series : results.series()) {
                out.write(separator);
                element(out, json -> series(json, series));
                separator = ",\n";
            }
            out.write("\n],\n\"values\": [");
            separator = "\n";
            for (Results.Value value : results.values()) {
                out.write(separator);
                element(out, json -> value(json, value));
                separator = ",\n";
            }
            out.write("\n]\n}\n");
        }
    }

    /** Writes one element. */
    private interface Element {
        void write(JsonGenerator json);
    }

    private static void element(Writer out, Element element) throws IOException {
        java.io.StringWriter text = new java.io.StringWriter();
        try (JsonGenerator json =
                new JsonFactory()
                        .createGenerator(tools.jackson.core.ObjectWriteContext.empty(), text)) {
            element.write(json);
        }
        out.write(text.toString());
    }

    private static void series(JsonGenerator json, Results.Series series) {
        json.writeStartObject();
        json.writeStringProperty("table", series.table());
        json.writeStringProperty("row", series.row());
        json.writeStringProperty("unit", "ns");
        json.writeArrayPropertyStart("times");
        for (long nanos : series.nanos()) {
            json.writeNumber(nanos);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void value(JsonGenerator json, Results.Value value) {
        json.writeStartObject();
        json.writeStringProperty("table", value.table());
        json.writeStringProperty("row", value.row());
        json.writeNumberProperty("at", value.at());
        json.writeNumberProperty("value", value.value());
        json.writeStringProperty("unit", value.unit());
        json.writeEndObject();
    }
}
