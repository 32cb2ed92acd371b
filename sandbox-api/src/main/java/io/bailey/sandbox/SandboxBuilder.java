package io.bailey.sandbox;

import io.bailey.sandbox.spi.SandboxProvider;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Collects the settings of a sandbox. Each is checked as it comes; whether they go together is for
 * {@link Choices} and {@link SandboxSpec} to say.
 */
final class SandboxBuilder implements Sandbox.Builder {

    private final Once once = new Once();
    private final Choices choices;
    private final LimitsBuilder limits;
    private final Map<Rlimit, Long> rlimits = new EnumMap<>(Rlimit.class);
    private final List<Mount> mounts = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private Optional<Duration> timeout = Optional.empty();
    private Optional<Duration> cpuTime = Optional.empty();
    private Optional<MemorySize> outputLimit = Optional.empty();
    private Optional<String> workdir = Optional.empty();
    private Optional<User> user = Optional.empty();
    private Optional<String> hostname = Optional.empty();
    private Optional<TimeOffsets> timeOffsets = Optional.empty();
    private Enforcement enforcement = Enforcement.STRICT;
    private boolean init = true;
    private Security security = Security.standard();
    private Optional<String> name = Optional.empty();
    private Optional<String> cgroupParent = Optional.empty();
    private LogPolicy logs = LogPolicy.standard();
    private final List<SandboxListener> listeners = new ArrayList<>();

    /** Begins with the defaults. */
    SandboxBuilder() {
        choices = new Choices(Optional.empty());
        limits = new LimitsBuilder(Limits.none(), once);
    }

    /** Begins with every value of a spec; each limit may be set once more. */
    SandboxBuilder(SandboxSpec spec) {
        choices = new Choices(Optional.of(spec));
        limits = new LimitsBuilder(spec.limits(), once);
        rlimits.putAll(spec.rlimits());
        mounts.addAll(spec.mounts());
        environment.putAll(spec.environment());
        labels.putAll(spec.labels());
        timeout = spec.timeout();
        cpuTime = spec.cpuTime();
        outputLimit = spec.outputLimit();
        workdir = spec.workdir();
        user = spec.user();
        hostname = spec.hostname();
        timeOffsets = spec.timeOffsets();
        enforcement = spec.enforcement();
        init = spec.init();
        security = spec.security();
        name = spec.name();
        cgroupParent = spec.cgroupParent();
        logs = spec.logs();
        listeners.addAll(spec.listeners());
    }

    @Override
    public Sandbox.Builder rootfs(Rootfs rootfs) {
        choices.rootfs = Optional.of(rootfs);
        return this;
    }

    @Override
    public Sandbox.Builder writableRoot(WritableRoot writableRoot) {
        choices.writableRoot = Optional.of(writableRoot);
        return this;
    }

    @Override
    public Sandbox.Builder writableRootSize(MemorySize size) {
        choices.writableRootSize =
                Optional.of(once.set("writableRootSize", SpecRules.size("writableRootSize", size)));
        return this;
    }

    @Override
    public Sandbox.Builder writableRootSize(String size) {
        return writableRootSize(MemorySize.parse("writableRootSize", size));
    }

    @Override
    public Sandbox.Builder writableLayer(Path directory) {
        choices.writableLayer = Optional.of(InsidePath.onHost("writableLayer", directory));
        return this;
    }

    @Override
    public Sandbox.Builder rootChange(RootChange rootChange) {
        choices.rootChange = Optional.of(rootChange);
        return this;
    }

    @Override
    public Sandbox.Builder memory(MemorySize limit) {
        limits.memory(limit);
        return this;
    }

    @Override
    public Sandbox.Builder memory(String limit) {
        return memory(MemorySize.parse("memory", limit));
    }

    @Override
    public Sandbox.Builder memoryHigh(MemorySize limit) {
        limits.memoryHigh(limit);
        return this;
    }

    @Override
    public Sandbox.Builder memoryHigh(String limit) {
        return memoryHigh(MemorySize.parse("memoryHigh", limit));
    }

    @Override
    public Sandbox.Builder memorySwap(MemorySize limit) {
        limits.memorySwap(limit);
        return this;
    }

    @Override
    public Sandbox.Builder memorySwap(String limit) {
        return memorySwap(MemorySize.parse("memorySwap", limit));
    }

    @Override
    public Sandbox.Builder pids(int limit) {
        limits.pids(limit);
        return this;
    }

    @Override
    public Sandbox.Builder cpus(double limit) {
        limits.cpus(limit);
        return this;
    }

    @Override
    public Sandbox.Builder cpuWeight(int weight) {
        limits.cpuWeight(weight);
        return this;
    }

    @Override
    public Sandbox.Builder cpuset(String list) {
        limits.cpuset(list);
        return this;
    }

    @Override
    public Sandbox.Builder rlimit(Rlimit resource, long value) {
        rlimits.put(resource, once.set("rlimit " + resource, LimitRules.rlimit(resource, value)));
        return this;
    }

    @Override
    public Sandbox.Builder timeout(Duration limit) {
        timeout = Optional.of(once.set("timeout", Durations.positive("timeout", limit)));
        return this;
    }

    @Override
    public Sandbox.Builder cpuTime(Duration limit) {
        cpuTime = Optional.of(once.set("cpuTime", Durations.positive("cpuTime", limit)));
        return this;
    }

    @Override
    public Sandbox.Builder outputLimit(MemorySize limit) {
        CaptureLimit.check("outputLimit", limit.bytes());
        outputLimit = Optional.of(once.set("outputLimit", limit));
        return this;
    }

    @Override
    public Sandbox.Builder outputLimit(String limit) {
        return outputLimit(MemorySize.parse("outputLimit", limit));
    }

    @Override
    public Sandbox.Builder mount(Mount mount) {
        List<Mount> more = new ArrayList<>(mounts);
        more.add(mount);
        SpecRules.mounts(more);
        mounts.add(mount);
        return this;
    }

    @Override
    public Sandbox.Builder env(String name, String value) {
        Variable.check(name, value);
        environment.put(name, value);
        return this;
    }

    @Override
    public Sandbox.Builder workdir(String path) {
        workdir = Optional.of(InsidePath.absolute("workdir", path));
        return this;
    }

    @Override
    public Sandbox.Builder user(String user) {
        this.user = Optional.of(User.parse(user));
        return this;
    }

    @Override
    public Sandbox.Builder user(int uid, int gid) {
        user = Optional.of(User.of(uid, gid));
        return this;
    }

    @Override
    public Sandbox.Builder hostname(String hostname) {
        this.hostname = Optional.of(SpecRules.hostname(hostname));
        return this;
    }

    @Override
    public Sandbox.Builder network(Network network) {
        choices.network = Optional.of(network);
        return this;
    }

    @Override
    public Sandbox.Builder namespaces(Set<Namespace> namespaces) {
        choices.namespaces = Optional.of(Namespace.immutable(namespaces));
        return this;
    }

    @Override
    public Sandbox.Builder timeOffsets(Duration monotonic, Duration boottime) {
        timeOffsets = Optional.of(new TimeOffsets(monotonic, boottime));
        return this;
    }

    @Override
    public Sandbox.Builder idMap(IdMap idMap) {
        choices.idMap = Optional.of(idMap);
        return this;
    }

    @Override
    public Sandbox.Builder enforcement(Enforcement enforcement) {
        this.enforcement = Objects.requireNonNull(enforcement, "enforcement");
        return this;
    }

    @Override
    public Sandbox.Builder init(boolean init) {
        this.init = init;
        return this;
    }

    @Override
    public Sandbox.Builder isolation(Isolation isolation) {
        choices.isolation = Optional.of(isolation);
        return this;
    }

    @Override
    public Sandbox.Builder capabilities(Set<Capability> capabilities) {
        security = security.with(Capability.immutable(capabilities));
        return this;
    }

    @Override
    public Sandbox.Builder seccomp(SeccompProfile profile) {
        security = security.with(profile);
        return this;
    }

    @Override
    public Sandbox.Builder landlock(Landlock landlock) {
        security = security.with(landlock);
        return this;
    }

    @Override
    public Sandbox.Builder device(Device device) {
        security = security.with(device);
        return this;
    }

    @Override
    public Sandbox.Builder name(String name) {
        this.name = Optional.of(SpecRules.name(name));
        return this;
    }

    @Override
    public Sandbox.Builder label(String key, String value) {
        SpecRules.label(key, value);
        labels.put(key, value);
        return this;
    }

    @Override
    public Sandbox.Builder cgroupParent(String path) {
        cgroupParent = Optional.of(InsidePath.anywhere("cgroupParent", path));
        return this;
    }

    @Override
    public Sandbox.Builder logs(LogPolicy policy) {
        logs = Objects.requireNonNull(policy, "policy");
        return this;
    }

    @Override
    public Sandbox.Builder listener(SandboxListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    @Override
    public Sandbox.Builder memoryLow(MemorySize amount) {
        limits.memoryLow(amount);
        return this;
    }

    @Override
    public Sandbox.Builder cpuBurst(Duration time) {
        limits.cpuBurst(time);
        return this;
    }

    @Override
    public Sandbox.Builder ioWeight(int weight) {
        limits.ioWeight(weight);
        return this;
    }

    @Override
    public Sandbox.Builder ioMax(IoMax limit) {
        limits.ioMax(limit);
        return this;
    }

    @Override
    public Sandbox.Builder hugetlb(String page, MemorySize limit) {
        limits.hugetlb(page, limit);
        return this;
    }

    @Override
    public Sandbox build() {
        // First the spec: a contradiction is the same on every host, with an engine or without.
        SandboxSpec spec = spec();
        return SandboxProvider.find().create(spec);
    }

    /** Without words it is the image that says what to run, and nobody is asked before that. */
    private Command command(String... words) {
        return OneShot.command(choices.effectiveRootfs(), words);
    }

    @Override
    public Result run(String... words) throws InterruptedException {
        return run(command(words));
    }

    @Override
    public Container start(String... words) {
        return start(command(words));
    }

    @Override
    public String explain(String... words) {
        return explain(command(words));
    }

    /** What has been set until now, completed with the defaults. */
    SandboxSpec spec() {
        choices.check();
        return new SandboxSpec(
                choices.effectiveRootfs(),
                choices.effectiveWritableRoot(),
                choices.effectiveWritableRootSize(),
                choices.effectiveWritableLayer(),
                choices.effectiveRootChange(),
                limits.build(),
                rlimits,
                timeout,
                cpuTime,
                outputLimit,
                mounts,
                environment,
                workdir,
                user,
                hostname,
                choices.effectiveNetwork(),
                choices.effectiveNamespaces(),
                timeOffsets,
                choices.effectiveIdMap(),
                enforcement,
                init,
                security.with(choices.effectiveIsolation()),
                name,
                labels,
                cgroupParent,
                logs,
                listeners);
    }
}
