package io.bailey.sandbox.linux.image.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** JSON of strangers. */
class JsonTest {

    private static ImageException refused(byte[] bytes) {
        ImageException e =
                catchThrowableOfType(ImageException.class, () -> Json.parse(bytes, "thing"));
        assertThat(e).isNotNull();
        assertThat(e.getMessage()).startsWith("read thing: ").doesNotContain("StreamRead");
        return e;
    }

    @Test
    void readsEveryKindOfValue() {
        JsonValue root =
                Json.parse("{\"a\":[1,\"x\",null],\"b\":{\"c d\":\"e\"}}".getBytes(UTF_8), "thing");
        List<JsonValue> list = root.required("a").elements();
        assertThat(list.get(0).count()).isEqualTo(1);
        assertThat(list.get(1).text()).isEqualTo("x");
        assertThat(list.get(2).isText()).isFalse();
        assertThat(root.textMap("b")).containsExactly(Map.entry("c d", "e"));
        assertThat(root.members()).containsOnlyKeys("a", "b");
        assertThat(root.member("c")).isEmpty();
    }

    @Test
    void stopsAtItsLimits() {
        String deep = "[".repeat(65) + "]".repeat(65);
        assertThat(refused(deep.getBytes(UTF_8)).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        String longString = "\"" + "x".repeat((1 << 20) + 1) + "\"";
        assertThat(refused(longString.getBytes(UTF_8)).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        String longNumber = "1".repeat(65);
        assertThat(refused(longNumber.getBytes(UTF_8)).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        String longName = "{\"" + "x".repeat((64 << 10) + 1) + "\":1}";
        assertThat(refused(longName.getBytes(UTF_8)).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        String many = "[" + "1,".repeat(1_000_000) + "1]";
        assertThat(refused(many.getBytes(UTF_8)).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        byte[] large = new byte[Json.MAX_LENGTH + 1];
        Arrays.fill(large, (byte) ' ');
        assertThat(refused(large).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
    }

    @Test
    void readsUtf8Only() {
        assertThat(refused("{}".getBytes(UTF_16)).kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(refused(new byte[] {'"', (byte) 0xff, '"'})).hasMessageContaining("UTF-8");
        assertThat(refused("\ufeff{}".getBytes(UTF_8)).kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(refused(new byte[] {'{', 0, '}', 0}).kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
    }

    @Test
    void namesTheLine() {
        assertThat(refused("{\n \"a\": tru\n}".getBytes(UTF_8))).hasMessageContaining("line 2");
    }

    @Test
    void quotesNothingOfASecretDocument() {
        for (String json :
                List.of(
                        "hunter2",
                        "{\"auths\": hunter2}",
                        "{\"auths\": \"hunter2\"}",
                        "{\"auths\": {\"hunter2\": \"x\", \"hunter2\": \"x\"}}",
                        "{\"auths\": {\"hunter2\": \"hunter2\"}}")) {
            ImageException e =
                    catchThrowableOfType(
                            ImageException.class,
                            () ->
                                    Json.parseSecret(json.getBytes(UTF_8), "auth file")
                                            .required("auths")
                                            .members()
                                            .values()
                                            .forEach(JsonValue::elements));
            assertThat(e).as(json).isNotNull();
            assertThat(e.toString()).doesNotContain("hunter2");
            assertThat(e.getCause()).isNull();
        }
    }

    @Test
    void saysWhereAValueStandsAndNotWhatItIs() {
        JsonValue root = Json.parse("{\"a\":[\"x\"]}".getBytes(UTF_8), "thing");
        assertThat(root.required("a").elements().getFirst()).hasToString("thing $.a[0]");
    }

    @Test
    void writesInOrder() {
        assertThat(Json.write(List.of(Map.of("a", 1), "b\"", true)))
                .asString(UTF_8)
                .isEqualTo("[{\"a\":1},\"b\\\"\",true]");
    }
}
