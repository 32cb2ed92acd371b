package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.container.state.VolumeDirectory;
import io.bailey.sandbox.linux.sys.Fd;

import java.util.ArrayList;
import java.util.List;

/**
 * Volumes as what they are to a sandbox: directories of the host, mounted for writing, that are
 * kept from being removed while anything runs on them.
 */
final class VolumeMounts {
    private VolumeMounts() {}

    /** The names of the volumes of {@code spec}. */
    static List<String> names(SandboxSpec spec) {
        return spec.mounts().stream()
                .filter(Mount.Volume.class::isInstance)
                .map(mount -> ((Mount.Volume) mount).name())
                .distinct()
                .toList();
    }

    /** {@code spec} with its volumes as binds. They are there then. */
    static SandboxSpec asBinds(SandboxSpec spec, VolumeDirectory volumes) {
        List<String> names = names(spec);
        if (names.isEmpty()) {
            return spec;
        }
        names.forEach(name -> volumes.lease(name).close());
        return with(spec, spec.mounts().stream().map(mount -> asBind(mount, volumes)).toList());
    }

    private static Mount asBind(Mount mount, VolumeDirectory volumes) {
        return mount instanceof Mount.Volume(var name, var target)
                ? Mount.readWrite(volumes.content(name), target)
                : mount;
    }

    private static SandboxSpec with(SandboxSpec spec, List<Mount> mounts) {
        return new SandboxSpec(
                spec.rootfs(),
                spec.writableRoot(),
                spec.writableRootSize(),
                spec.writableLayer(),
                spec.rootChange(),
                spec.limits(),
                spec.rlimits(),
                spec.timeout(),
                spec.cpuTime(),
                spec.outputLimit(),
                mounts,
                spec.environment(),
                spec.workdir(),
                spec.user(),
                spec.hostname(),
                spec.network(),
                spec.namespaces(),
                spec.timeOffsets(),
                spec.idMap(),
                spec.enforcement(),
                spec.init(),
                spec.security(),
                spec.name(),
                spec.labels(),
                spec.cgroupParent(),
                spec.logs(),
                spec.listeners());
    }

    /** Takes them into use; all or none. */
    static List<Fd> lease(List<String> names, VolumeDirectory volumes) {
        List<Fd> leases = new ArrayList<>();
        try {
            names.forEach(name -> leases.add(volumes.lease(name)));
            return leases;
        } catch (RuntimeException failure) {
            leases.forEach(Fd::close);
            throw failure;
        }
    }
}
