package io.bailey.sandbox.linux.seccomp;

import io.bailey.sandbox.linux.seccomp.Conditions.Criteria;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of libseccomp and of Docker in a document. */
final class JsonWords {
    private static final Map<String, Action.Kind> ACTIONS =
            Map.of(
                    // libseccomp's SCMP_ACT_KILL is that of a thread, for history's sake.
                    "SCMP_ACT_KILL", Action.Kind.KILL_THREAD,
                    "SCMP_ACT_KILL_THREAD", Action.Kind.KILL_THREAD,
                    "SCMP_ACT_KILL_PROCESS", Action.Kind.KILL_PROCESS,
                    "SCMP_ACT_TRAP", Action.Kind.TRAP,
                    "SCMP_ACT_ERRNO", Action.Kind.ERRNO,
                    "SCMP_ACT_TRACE", Action.Kind.TRACE,
                    "SCMP_ACT_ALLOW", Action.Kind.ALLOW,
                    "SCMP_ACT_LOG", Action.Kind.LOG,
                    "SCMP_ACT_NOTIFY", Action.Kind.NOTIFY);
    private static final String OPERATOR = "SCMP_CMP_";
    private static final Pattern ARCHITECTURE = Pattern.compile("SCMP_ARCH_[A-Z0-9_]{1,32}");
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

    private JsonWords() {}

    static Action.Kind kind(JsonValue word) {
        Action.Kind kind = ACTIONS.get(word.text());
        if (kind == null) {
            throw word.wrong("one of " + list(ACTIONS.keySet()));
        }
        return kind;
    }

    static Operator operator(JsonValue word) {
        for (Operator operator : Operator.values()) {
            if (word.text().equals(OPERATOR + operator.name())) {
                return operator;
            }
        }
        throw word.wrong(
                "one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE,"
                        + " SCMP_CMP_GT, SCMP_CMP_MASKED_EQ");
    }

    static void architecture(JsonValue word) {
        if (!ARCHITECTURE.matcher(word.text()).matches()) {
            throw word.wrong("an architecture such as SCMP_ARCH_X86_64");
        }
    }

    static Criteria criteria(Optional<JsonValue> absent) {
        if (absent.isEmpty()) {
            return Criteria.NONE;
        }
        JsonValue criteria = absent.get().onlyHas(Set.of("caps", "arches", "minKernel"));
        Optional<JsonValue> kernel = criteria.member("minKernel");
        return new Criteria(
                new HashSet<>(criteria.texts("caps")),
                new HashSet<>(criteria.texts("arches")),
                kernel.isEmpty() ? Optional.empty() : Optional.of(version(kernel.get())));
    }

    private static KernelVersion version(JsonValue word) {
        Matcher version = VERSION.matcher(word.text());
        if (!version.matches()) {
            throw word.wrong("a kernel's version such as 4.8");
        }
        return new KernelVersion(
                Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2)));
    }

    static String list(Collection<String> words) {
        return String.join(", ", List.copyOf(new TreeSet<>(words)));
    }
}
