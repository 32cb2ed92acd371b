package io.bailey.sandbox.linux.container;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.launch.SystemCallNotice;
import io.bailey.sandbox.linux.plan.Walls.Seccomp;
import io.bailey.sandbox.linux.plan.Walls.Watch;
import io.bailey.sandbox.linux.seccomp.Architecture;
import io.bailey.sandbox.linux.seccomp.Context;
import io.bailey.sandbox.linux.seccomp.Filter;
import io.bailey.sandbox.linux.seccomp.FilterCompiler;
import io.bailey.sandbox.linux.seccomp.KernelVersion;
import io.bailey.sandbox.linux.seccomp.ParentRules;
import io.bailey.sandbox.linux.seccomp.Passage;
import io.bailey.sandbox.linux.seccomp.Profile;
import io.bailey.sandbox.linux.seccomp.ProfileException;
import io.bailey.sandbox.linux.seccomp.Rule;
import io.bailey.sandbox.linux.seccomp.SetIdRules;
import io.bailey.sandbox.linux.seccomp.SyscallTable;
import io.bailey.sandbox.linux.seccomp.UnprivilegedRules;
import io.bailey.sandbox.linux.sys.Arch;
import io.bailey.sandbox.linux.sys.Sys;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Profiles of the API as filters of the kernel: compiled once for all sandboxes that are alike. */
final class Filters {
    /** An application has a few kinds of sandboxes; a filter is some 8 KiB. */
    private static final int MOST = 100;

    private static final List<Sys> WAITING =
            List.of(Sys.WRITE, Sys.PPOLL, Sys.READ, Sys.CHDIR, Sys.EXIT_GROUP);

    /** Of the kind that was asked for first, which often is the only one. */
    private final AtomicReference<@Nullable Compiled> first = new AtomicReference<>();

    /** Loading Caffeine takes a fresh JVM 20 ms, a tenth of its first start: not for one entry. */
    private static final class Further {
        private static final Cache<Key, Optional<Seccomp>> COMPILED =
                Caffeine.newBuilder().maximumSize(MOST).build();
    }

    private record Compiled(Key key, Optional<Seccomp> filter) {}

    /** What of a spec, on this host, the filter depends on. */
    private record Key(
            SeccompProfile profile,
            Set<Capability> capabilities,
            boolean init,
            boolean network,
            boolean namespaces,
            boolean ownsFiles,
            boolean refuseSetId) {}

    /** The filter for {@code spec}. */
    Optional<Seccomp> of(SandboxSpec spec, HostFacts facts) {
        Key key = key(spec, facts);
        Compiled known = first.get();
        if (known == null) {
            known = new Compiled(key, compile(key, facts));
            first.compareAndSet(null, known);
        }
        return known.key().equals(key)
                ? known.filter()
                : Further.COMPILED.get(key, wanted -> compile(wanted, facts));
    }

    private static Key key(SandboxSpec spec, HostFacts facts) {
        return new Key(
                spec.security().seccomp(),
                spec.security().capabilities(),
                spec.init(),
                spec.network() == Network.HOST,
                spec.security().isolation() == Isolation.FULL,
                !facts.mayChangeUser() || spec.user().isPresent(),
                writesToTheHost(spec));
    }

    /** A filter that tells everything, and refuses only what every profile's filter refuses. */
    static Seccomp recording(SandboxSpec spec, HostFacts facts) {
        Key key = key(spec, facts);
        Context context = context(key, facts).withThirtyTwoBit(false);
        return new Seccomp(words(FilterCompiler.recording(first(key), context)), Watch.CALLS);
    }

    /**
     * What a sandbox writes there belongs to the JVM's user on the host, root or not, as whom
     * everybody could run a set-user-id program among it.
     */
    private static boolean writesToTheHost(SandboxSpec spec) {
        return spec.writableRoot() == WritableRoot.DIRECT
                || spec.mounts().stream()
                        .anyMatch(mount -> mount instanceof Mount.Bind bind && !bind.readOnly());
    }

    private static Optional<Seccomp> compile(Key key, HostFacts facts) {
        if (key.profile() instanceof SeccompProfile.None && !key.refuseSetId()) {
            return Optional.empty();
        }
        try {
            Profile profile = ProfileWords.read(key.profile()).preceded(first(key));
            boolean watch = key.init() && ProfileWords.kills(key.profile());
            Context context = context(key, facts).withKillsByNotification(watch);
            FilterCompiler.requireStartable(profile, context);
            List<Long> filter = words(FilterCompiler.compile(profile, context));
            return Optional.of(new Seccomp(filter, watch ? Watch.DENIALS : Watch.NOTHING));
        } catch (ProfileException wrong) {
            throw new SandboxConfigException("seccomp: " + wrong.getMessage());
        }
    }

    private static List<Rule> first(Key key) {
        List<Rule> rules = new ArrayList<>(ParentRules.rules());
        if (key.refuseSetId()) {
            rules.addAll(SetIdRules.rules());
        }
        if (!key.namespaces()) {
            rules.addAll(UnprivilegedRules.rules(key.network(), key.ownsFiles()));
        }
        return rules;
    }

    private static Context context(Key key, HostFacts facts) {
        KernelVersion kernel = new KernelVersion(facts.kernel().major(), facts.kernel().minor());
        Set<String> names =
                key.capabilities().stream().map(c -> "CAP_" + c).collect(Collectors.toSet());
        return Context.of(architecture(), kernel)
                .withCapabilities(names)
                .withThirtyTwoBit(ProfileWords.allows32Bit(key.profile()));
    }

    private static Architecture architecture() {
        return switch (Arch.current()) {
            case X86_64 -> Architecture.X86_64;
            case AARCH64 -> Architecture.AARCH64;
        };
    }

    private static List<Long> words(Filter filter) {
        ByteBuffer bytes = ByteBuffer.wrap(filter.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> words = new ArrayList<>(filter.length());
        while (bytes.hasRemaining()) {
            words.add(bytes.getLong());
        }
        return words;
    }

    /**
     * Whether the filter lets pass what a process does that waits for its command, see {@link
     * io.bailey.sandbox.linux.plan.Planner#park}.
     */
    static boolean lettingWait(Seccomp seccomp) {
        Passage passage = new Passage(seccomp.filter(), architecture());
        return WAITING.stream().allMatch(call -> passage.allows(call.number(Arch.current())));
    }

    /** The name of a call, for people. */
    static String name(SystemCallNotice notice) {
        return known(notice)
                .orElseGet(() -> "syscall_" + Integer.toUnsignedString(notice.number()));
    }

    /** The name of a call, if our tables have it. */
    static Optional<String> known(SystemCallNotice notice) {
        for (Architecture architecture : Architecture.values()) {
            if (architecture != Architecture.X32 && architecture.auditNumber() == notice.arch()) {
                return SyscallTable.of(architecture).name(notice.number());
            }
        }
        return Optional.empty();
    }
}
