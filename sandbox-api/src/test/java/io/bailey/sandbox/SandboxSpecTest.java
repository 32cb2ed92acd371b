package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A spec made by hand, without the builder, obeys the same rules. */
class SandboxSpecTest {

    private static final SandboxSpec DEFAULTS = new SandboxBuilder().spec();

    private Map<Rlimit, Long> rlimits = Map.of();
    private List<Mount> mounts = List.of();
    private Map<String, String> environment = Map.of();
    private Map<String, String> labels = Map.of();
    private Set<Namespace> namespaces = Namespace.all();
    private Network network = Network.NONE;
    private IdMap idMap = IdMap.AUTO;
    private Rootfs rootfs = Rootfs.host();
    private WritableRoot writableRoot = WritableRoot.READ_ONLY;

    private SandboxSpec spec() {
        return new SandboxSpec(
                rootfs,
                writableRoot,
                DEFAULTS.writableRootSize(),
                Optional.empty(),
                RootChange.PIVOT_ROOT,
                Limits.none(),
                rlimits,
                Optional.empty(),
                Optional.empty(),
                DEFAULTS.outputLimit(),
                mounts,
                environment,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                network,
                namespaces,
                Optional.empty(),
                idMap,
                Enforcement.STRICT,
                true,
                Security.standard(),
                Optional.empty(),
                labels,
                Optional.empty(),
                LogPolicy.standard(),
                List.of());
    }

    @Test
    void copiesItsCollections() {
        rlimits = new EnumMap<>(Map.of(Rlimit.CORE, 0L));
        mounts = new ArrayList<>(List.of(Mount.tmpfs("/t", "1M")));
        environment = new LinkedHashMap<>(Map.of("A", "1"));
        labels = new LinkedHashMap<>(Map.of("a", "1"));
        namespaces = EnumSet.allOf(Namespace.class);
        SandboxSpec spec = spec();
        rlimits.clear();
        mounts.clear();
        environment.clear();
        labels.clear();
        namespaces.clear();
        assertThat(spec.rlimits()).hasSize(1);
        assertThat(spec.mounts()).hasSize(1);
        assertThat(spec.environment()).hasSize(1);
        assertThat(spec.labels()).hasSize(1);
        assertThat(spec.namespaces()).isEqualTo(Namespace.all());
    }

    @Test
    void isImmutable() {
        SandboxSpec spec = spec();
        assertUnsupported(() -> spec.rlimits().put(Rlimit.CORE, 1L));
        assertUnsupported(() -> spec.mounts().add(Mount.tmpfs("/t", "1M")));
        assertUnsupported(() -> spec.environment().put("A", "1"));
        assertUnsupported(() -> spec.labels().put("a", "1"));
        assertUnsupported(() -> spec.namespaces().remove(Namespace.USER));
    }

    private static void assertUnsupported(Runnable change) {
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(change::run);
    }

    @Test
    void networkAndNamespacesAgree() {
        network = Network.HOST;
        rejectedNaming(this::spec, "network: HOST contradicts the namespaces");
        network = Network.NONE;
        namespaces = Namespace.allBut(Namespace.NETWORK);
        rejectedNaming(this::spec, "network: NONE contradicts the namespaces");
    }

    @Test
    void idMapAndNamespacesAgree() {
        idMap = IdMap.HOST;
        rejectedNaming(this::spec, "idMap: HOST contradicts the namespaces");
        idMap = IdMap.SINGLE;
        namespaces = Namespace.allBut(Namespace.USER);
        rejectedNaming(this::spec, "idMap: SINGLE contradicts the namespaces");
    }

    @Test
    void valuesAreChecked() {
        environment = Map.of("A=", "1");
        rejectedNaming(this::spec, "env name: \"A=\"");
        environment = Map.of();
        rlimits = Map.of(Rlimit.CORE, -1L);
        rejectedNaming(this::spec, "rlimit CORE: -1");
        rlimits = Map.of();
        labels = Map.of("", "v");
        rejectedNaming(this::spec, "label key: ");
        labels = Map.of();
        mounts = List.of(Mount.tmpfs("/t", "1M"), Mount.tmpfs("/t", "2M"));
        rejectedNaming(this::spec, "two mounts on \"/t\"");
    }

    @Test
    void theHostsTreeIsNotWritten() {
        writableRoot = WritableRoot.DIRECT;
        rejectedNaming(this::spec, "writableRoot: DIRECT with Rootfs.host()");
    }

    @Test
    void withoutMountNamespaceThereIsNoOtherRoot() {
        namespaces = Namespace.allBut(Namespace.MOUNT);
        rootfs = Rootfs.directory(Path.of("/img"));
        rejectedNaming(this::spec, "rootfs: /img needs the MOUNT namespace");
    }

    @Test
    void printsNoValuesOfTheEnvironment() {
        environment = Map.of("TOKEN", "secret");
        assertThat(spec().toString()).contains("environment=[TOKEN]").doesNotContain("secret");
    }
}
