package io.bailey.sandbox.linux.image.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.Platform;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

/** Configs: as the specification has them, and as Docker has written them over the years. */
class ConfigTest {
    private static final String DIFF_ID =
            "sha256:c6f988f4874bb0add23a778f753c65efe992244e148a1d2ec2a8b664fb66bbd1";

    private static String config(String config) {
        return ("{'created':'2015-10-31T22:22:56.015925234Z','architecture':'amd64','os':'linux',"
                        + "'config':"
                        + config
                        + ",'rootfs':{'type':'layers','diff_ids':['"
                        + DIFF_ID
                        + "']},'history':[{'created_by':'x'}]}")
                .replace('\'', '"');
    }

    private static ImageConfig read(String config) {
        return Documents.config(config(config).getBytes(UTF_8));
    }

    @Test
    void readsAll() {
        ImageConfig config =
                read(
                        "{'User':'alice','ExposedPorts':{'8080/tcp':{},'53/udp':{}},"
                                + "'Env':['PATH=/bin','A=b=c','EMPTY='],'Entrypoint':['/bin/x'],"
                                + "'Cmd':['--a','b'],'Volumes':{'/v':{}},'WorkingDir':'/home',"
                                + "'Labels':{'k':'v'},'StopSignal':'SIGQUIT'}");
        assertThat(config.platform()).isEqualTo(new Platform("linux", "amd64", ""));
        assertThat(config.environment())
                .containsExactly(
                        Map.entry("PATH", "/bin"), Map.entry("A", "b=c"), Map.entry("EMPTY", ""));
        assertThat(config.entrypoint()).containsExactly("/bin/x");
        assertThat(config.cmd()).containsExactly("--a", "b");
        assertThat(config.workingDirectory()).contains("/home");
        assertThat(config.user()).contains("alice");
        assertThat(config.exposedPorts()).containsExactly("8080/tcp", "53/udp");
        assertThat(config.volumes()).containsExactly("/v");
        assertThat(config.labels()).containsExactly(Map.entry("k", "v"));
        assertThat(config.stopSignal()).contains("SIGQUIT");
        assertThat(config.diffIds()).extracting(Object::toString).containsExactly(DIFF_ID);
        assertThat(config.created()).contains("2015-10-31T22:22:56.015925234Z");
    }

    @Test
    void takesNullsAndEmptyStringsForNothing() {
        ImageConfig config =
                read(
                        "{'User':'','ExposedPorts':null,'Env':null,'Entrypoint':null,'Cmd':null,"
                                + "'Volumes':null,'WorkingDir':'','Labels':null}");
        assertThat(config).isEqualTo(read("null")).isEqualTo(read("{}"));
        assertThat(config.user()).isEmpty();
    }

    @Test
    void takesALoneStringForAListOfOneAsDockerDoes() {
        assertThat(read("{'Entrypoint':'/bin/sh -c'}").entrypoint()).containsExactly("/bin/sh -c");
    }

    @Test
    void theLastOfTwoVariablesCountsAndWhatIsNoneIsLeftOut() {
        assertThat(read("{'Env':['A=1','B=2','A=3','NOTHING','=x','']}").environment())
                .containsExactly(Map.entry("A", "3"), Map.entry("B", "2"));
    }

    @Test
    void anImageWithoutLayersHasNoDiffIds() {
        String json = config("{}").replace("[\"" + DIFF_ID + "\"]", "null");
        assertThat(Documents.config(json.getBytes(UTF_8)).diffIds()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"amd64\"|7|$.architecture",
                "\"amd64\"|\"\"|$",
                "\"os\"|\"o\"|\"os\"",
                "\"linux\"|\"li nux\"|$",
                "\"layers\"|\"tar\"|$.rootfs.type",
                "\"type\"|\"kind\"|\"type\"",
                "\"rootfs\"|\"root\"|\"rootfs\"",
                "sha256:|md5:|$.rootfs.diff_ids[0]",
                "2015-10-31T|yesterday|$.created",
                "{}|[]|$.config",
                "{}|{\"User\":7}|$.config.User",
                "{}|{\"User\":\"a\\u0000b\"}|$.config.User",
                "{}|{\"User\":\"a\\ud800\"}|$.config.User",
                "{}|{\"Env\":[7]}|$.config.Env[0]",
                "{}|{\"Env\":[\"A=\\u0000\"]}|$.config.Env[0]",
                "{}|{\"Env\":{}}|$.config.Env",
                "{}|{\"Cmd\":[null]}|$.config.Cmd[0]",
                "{}|{\"Volumes\":[\"/v\"]}|$.config.Volumes",
                "{}|{\"ExposedPorts\":\"80\"}|$.config.ExposedPorts",
                "{}|{\"Labels\":{\"a\":7}}|$.config.Labels[\"a\"]",
                "{}|{\"Labels\":{\"a\":\"\",\"a\":\"\"}}|line",
            })
    void refusesWhatIsIllFormedByItsPlace(String old, String now, String place) {
        String broken = config("{}").replace(old, now);
        assertThat(broken).isNotEqualTo(config("{}"));
        ImageException e =
                catchThrowableOfType(
                        ImageException.class, () -> Documents.config(broken.getBytes(UTF_8)));
        assertThat(e).as(broken).isNotNull();
        assertThat(e.kind()).isEqualTo(Kind.MALFORMED_DOCUMENT);
        assertThat(e).hasMessageContaining(place);
    }
}
