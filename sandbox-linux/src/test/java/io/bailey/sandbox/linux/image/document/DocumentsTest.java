package io.bailey.sandbox.linux.image.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests and indexes: the cases of image-spec's own schema tests, and those of rule 19. */
class DocumentsTest {
    private static final String HEX =
            "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";
    private static final String CONFIG =
            """
            {"mediaType":"application/vnd.oci.image.config.v1+json","size":1470,\
            "digest":"sha256:%s"}\
            """
                    .formatted(HEX);
    private static final String LAYER =
            """
            {"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":148,\
            "digest":"sha256:%s"}\
            """
                    .formatted(HEX);

    private static String manifest(String more) {
        return "{\"schemaVersion\":2"
                + more
                + ",\"config\":"
                + CONFIG
                + ",\"layers\":["
                + LAYER
                + "]}";
    }

    private static String index(String descriptorsMore) {
        return "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\""
                + MediaTypes.OCI_MANIFEST
                + "\",\"size\":7,\"digest\":\"sha256:"
                + HEX
                + "\""
                + descriptorsMore
                + "}]}";
    }

    private static ImageManifest read(String json, String contentType) {
        return ((Document.Manifest) Documents.parse(json.getBytes(UTF_8), contentType)).manifest();
    }

    private static ImageIndex readIndex(String json) {
        return ((Document.Index) Documents.parse(json.getBytes(UTF_8), "")).index();
    }

    private static ImageException refused(String json, String contentType) {
        ImageException e =
                catchThrowableOfType(
                        ImageException.class,
                        () -> Documents.parse(json.getBytes(UTF_8), contentType));
        assertThat(e).as(json).isNotNull();
        return e;
    }

    @Test
    void readsAManifestOfNoStatedType() {
        ImageManifest manifest = read(manifest(",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}"), "");
        assertThat(manifest.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
        assertThat(manifest.config().size()).isEqualTo(1470);
        assertThat(manifest.layers()).hasSize(1);
        assertThat(manifest.layers().getFirst().digest()).hasToString("sha256:" + HEX);
        assertThat(manifest.annotations().keySet()).containsExactly("b", "a");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "application/vnd.docker.distribution.manifest.v2+json",
                "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8",
                "Application/VND.docker.distribution.manifest.v2+json",
            })
    void takesTheTypeItWasSentAs(String sent) {
        assertThat(read(manifest(""), sent).mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "application/json", "text/plain; charset=utf-8"})
    void takesTheTypeItSaysWhereTheServerSaysNothing(String sent) {
        String json = manifest(",\"mediaType\":\"" + MediaTypes.DOCKER_MANIFEST + "\"");
        assertThat(read(json, sent).mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    }

    @Test
    void refusesADocumentThatSaysOtherThanTheServer() {
        ImageException e =
                refused(
                        manifest(",\"mediaType\":\"" + MediaTypes.OCI_MANIFEST + "\""),
                        MediaTypes.DOCKER_MANIFEST);
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(e).hasMessageContaining("was sent as").hasMessageContaining("$");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schemaVersion':2,'manifests':[],'layers':[]}",
                "{'schemaVersion':2,'manifests':[],'config':null}",
                "{'schemaVersion':2,'manifests':[],'fsLayers':[]}",
                "{'schemaVersion':2}",
                "{'schemaVersion':2,'manifests':[],'Layers':[]}",
                "{'schemaVersion':2,'manifests':[],'manifests':[]}",
                "{'schemaVersion':2,'manifests':{}}",
                "{'schemaVersion':2,'manifests':[7]}",
                "{'schemaVersion':2,'manifests':null}",
                "{'schemaVersion':'2','manifests':[]}",
                "{'schemaVersion':3,'manifests':[]}",
                "{'manifests':[]}",
                "{'schemaVersion':2,'mediaType':7,'manifests':[]}",
                "{'schemaVersion':2,'mediaType':'application/vnd.oci.image.manifest.v1+json',"
                        + "'manifests':[]}",
                "{'schemaVersion':2,'mediaType':'application/vnd.oci.image.index.v1+json',"
                        + "'layers':[]}",
                "{'schemaVersion':2,'manifests':[]} x",
                "{'schemaVersion':2,'manifests':[]}{}",
                "{'schemaVersion':2,'manifests':[]",
                "[]",
                "null",
                "7",
                "",
            })
    void refusesWhatIsNotOneThing(String json) {
        ImageException e = refused(json.replace('\'', '"'), "");
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(e.getMessage()).doesNotContain("Source", "REDACTED");
        assertThat(e.getCause()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'size': 148|'size': -1|$.layers[0].size",
                "'size': 148|'size': 1.5|$.layers[0].size",
                "'size': 148|'size': 148.0|$.layers[0].size",
                "'size': 148|'size': 1e2|$.layers[0].size",
                "'size': 148|'size': '148'|$.layers[0].size",
                "'size': 148|'size': 9223372036854775808|$.layers[0].size",
                "'size': 148|'size': null|$.layers[0]",
                "'size': 148|'length': 148|$.layers[0]",
                "'size': 148|'size': 148, 'annotations': {'a': 7}|$.layers[0].annotations",
                "'size': 148|'size': 148, 'annotations': {'a': null}|$.layers[0].annotations",
                "'size': 148|'size': 148, 'annotations': []|$.layers[0].annotations",
                "'size': 148|'size': 148, 'urls': 'x'|$.layers[0].urls",
                "'size': 148|'size': 148, 'urls': [7]|$.layers[0].urls[0]",
                "'size': 148|'size': 148, 'size': 148|line",
                "sha256:|sha256|$.layers[0].digest",
                "sha256:|SHA256:|$.layers[0].digest",
                "sha256:|sha256:0|$.layers[0].digest",
                "sha256:|blake3:|$.layers[0].digest",
                "sha256:|sha256:../|$.layers[0].digest",
                "layer.v1.tar+gzip|layer/v1|$.layers[0].mediaType",
                "application/vnd.oci.image.layer.v1.tar+gzip|tar|$.layers[0].mediaType",
                "application/vnd.oci.image.layer.v1.tar+gzip|a\\nb/c|$.layers[0].mediaType",
            })
    void refusesAnIllFormedDescriptorByItsPlace(String old, String now, String place) {
        String layer = LAYER.replace("\"size\":148", "\"size\": 148");
        String broken = layer.replace(old.replace('\'', '"'), now.replace('\'', '"'));
        assertThat(broken).isNotEqualTo(layer);
        ImageException e = refused(manifest("").replace(LAYER, broken), "");
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(e).hasMessageContaining(place);
    }

    @Test
    void refusesSchema1ByName() {
        String json = "{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}";
        for (String sent :
                new String[] {
                    "",
                    "application/vnd.docker.distribution.manifest.v1+json",
                    "application/vnd.docker.distribution.manifest.v1+prettyjws"
                }) {
            ImageException e = refused(json, sent);
            assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_MEDIA_TYPE);
            assertThat(e).hasMessageContaining("schema 1");
            assertThat(e.fix()).contains("push the image again");
        }
    }

    @Test
    void refusesTypesItDoesNotKnow() {
        assertThat(refused(manifest(""), "text/html").kind())
                .isEqualTo(Kind.UNSUPPORTED_MEDIA_TYPE);
        ImageException e = refused(manifest(",\"mediaType\":\"a/b\\u202e\\n\""), "");
        assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_MEDIA_TYPE);
        assertThat(e.getMessage()).doesNotContain("\n", "\u202e");
    }

    @Test
    void readsAnIndex() {
        ImageIndex index =
                readIndex(
                        index(
                                ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\","
                                        + "\"os.features\":[\"x\"]}"));
        assertThat(index.mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
        assertThat(index.manifests().getFirst().platform())
                .contains(new Platform("linux", "arm", "v7"));
    }

    @Test
    void takesAnEmptyPlatformForNone() {
        String json = index(",\"platform\":{\"os\":\"\",\"architecture\":\"\"}");
        assertThat(readIndex(json).manifests().getFirst().platform()).isEmpty();
        assertThat(readIndex(index(",\"platform\":null")).manifests().getFirst().platform())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"os\":\"linux\"}",
                "{\"os\":\"linux\",\"architecture\":7}",
                "{\"os\":\"linux\",\"architecture\":\"../x\"}",
                "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v 7\"}",
                "\"linux\""
            })
    void refusesAnIllFormedPlatform(String platform) {
        ImageException e = refused(index(",\"platform\":" + platform), "");
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(e).hasMessageContaining("$.manifests[0].platform");
    }

    @Test
    void tellsImagesFromOtherArtifacts() {
        Documents.requireImage(read(manifest(""), ""));
        String chart =
                manifest("")
                        .replace(
                                "application/vnd.oci.image.config.v1+json",
                                "application/vnd.cncf.helm.config.v1+json");
        ImageException e =
                catchThrowableOfType(
                        ImageException.class, () -> Documents.requireImage(read(chart, "")));
        assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_MEDIA_TYPE);
        assertThat(e).hasMessageContaining("helm");
    }

    @Test
    void writesTheSameBytesAgain() {
        ImageManifest manifest = read(manifest(",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}"), "");
        assertThat(new String(Documents.write(manifest), UTF_8))
                .isEqualTo(
                        "{\"schemaVersion\":2,\"mediaType\":\""
                                + MediaTypes.OCI_MANIFEST
                                + "\",\"config\":{\"mediaType\":\""
                                + MediaTypes.OCI_CONFIG
                                + "\",\"digest\":\"sha256:"
                                + HEX
                                + "\",\"size\":1470}"
                                + ",\"layers\":[{\"mediaType\":\""
                                + MediaTypes.OCI_LAYER_GZIP
                                + "\",\"digest\":\"sha256:"
                                + HEX
                                + "\",\"size\":148}]"
                                + ",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}}");
    }

    @Test
    void keepsUrls() {
        String layer = LAYER.replace("}", ",\"urls\":[\"https://example.com/x\"]}");
        Descriptor read = read(manifest("").replace(LAYER, layer), "").layers().getFirst();
        assertThat(read.urls()).containsExactly("https://example.com/x");
    }
}
