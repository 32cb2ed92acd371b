package io.bailey.sandbox.linux.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads profiles in the format of Docker and Podman (moby/profiles seccomp/seccomp.go) and of the
 * OCI runtime specification (config-linux.md, "Seccomp"). Names of calls that no table of ours has
 * are ignored, as such documents serve many architectures and kernels.
 */
public final class ProfileReader {
    private static final int MAX_RULES = 10_000;
    private static final int MAX_NAMES = 100_000;
    private static final int MAX_ERRNO = 4095;
    private static final int MAX_INDEX = 5;

    private static final Set<String> MEMBERS =
            Set.of(
                    "defaultAction",
                    "defaultErrnoRet",
                    "defaultErrno",
                    "archMap",
                    "architectures",
                    "flags",
                    "syscalls",
                    "comment");
    private static final Set<String> RULE_MEMBERS =
            Set.of(
                    "name",
                    "names",
                    "action",
                    "errnoRet",
                    "errno",
                    "args",
                    "includes",
                    "excludes",
                    "comment");
    private static final Set<String> TEST_MEMBERS = Set.of("index", "value", "valueTwo", "op");

    /**
     * TSYNC is about other threads, which a process has none of before its exec; LOG and SPEC_ALLOW
     * weaken or report, and are left out; WAIT_KILLABLE_RECV is about supervisors.
     */
    private static final Set<String> FLAGS =
            Set.of(
                    "SECCOMP_FILTER_FLAG_TSYNC",
                    "SECCOMP_FILTER_FLAG_LOG",
                    "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

    private final List<Rule> rules = new ArrayList<>();
    private int names;

    private ProfileReader() {}

    /**
     * The profile that {@code json} describes. Its rules stand in the document's order.
     *
     * @throws ProfileException naming the place, the value and what is accepted
     */
    public static Profile read(String json) {
        return new ProfileReader().profile(JsonTree.read(json));
    }

    private Profile profile(JsonValue root) {
        refuseListener(root);
        root.onlyHas(MEMBERS);
        architectures(root);
        for (JsonValue flag : root.elements("flags")) {
            if (!FLAGS.contains(flag.text())) {
                throw flag.wrong("one of " + JsonWords.list(FLAGS));
            }
        }
        Action otherwise = action(root, "defaultAction", "defaultErrnoRet", "defaultErrno");
        for (JsonValue rule : root.elements("syscalls")) {
            rule(rule.onlyHas(RULE_MEMBERS));
        }
        return new Profile(otherwise, rules);
    }

    private static void refuseListener(JsonValue root) {
        for (String name : List.of("listenerPath", "listenerMetadata")) {
            Optional<JsonValue> listener = root.member(name);
            if (listener.isPresent()) {
                throw listener.get().wrong("absent: supervisors of the host are not asked");
            }
        }
    }

    /** Which architectures are judged is said elsewhere; what is said here need only make sense. */
    private static void architectures(JsonValue root) {
        if (!root.elements("archMap").isEmpty() && !root.elements("architectures").isEmpty()) {
            throw new ProfileException(
                    "$: has both \"archMap\" and \"architectures\"; accepted is one of them");
        }
        for (JsonValue entry : root.elements("archMap")) {
            entry.onlyHas(Set.of("architecture", "subArchitectures"));
            JsonWords.architecture(entry.required("architecture"));
            entry.elements("subArchitectures").forEach(JsonWords::architecture);
        }
        root.elements("architectures").forEach(JsonWords::architecture);
    }

    private void rule(JsonValue rule) {
        List<String> called = names(rule);
        names += called.size();
        List<Comparison> tests = new ArrayList<>();
        for (JsonValue test : rule.elements("args")) {
            tests.add(test(test.onlyHas(TEST_MEMBERS)));
        }
        Conditions conditions =
                new Conditions(
                        JsonWords.criteria(rule.member("includes")),
                        JsonWords.criteria(rule.member("excludes")));
        Action action = action(rule, "action", "errnoRet", "errno");
        rules.addAll(new Rule(called, action, tests, conditions).alternatives());
        if (rules.size() > MAX_RULES || names > MAX_NAMES) {
            throw new ProfileException(
                    rule.path()
                            + ": there are too many rules before it; the limits are "
                            + MAX_RULES
                            + " rules and "
                            + MAX_NAMES
                            + " names");
        }
    }

    private static List<String> names(JsonValue rule) {
        List<String> names = rule.texts("names");
        Optional<JsonValue> name = rule.member("name");
        if (name.isPresent() && name.get().text().isEmpty()) {
            name = Optional.empty();
        }
        if (name.isPresent() == !names.isEmpty()) {
            throw new ProfileException(
                    rule.path() + ": must have either \"name\" or \"names\" with at least one");
        }
        return name.isPresent() ? List.of(name.get().text()) : names;
    }

    private static Comparison test(JsonValue test) {
        Optional<JsonValue> second = test.member("valueTwo");
        return new Comparison(
                test.required("index").number(MAX_INDEX),
                JsonWords.operator(test.required("op")),
                test.required("value").unsigned(),
                second.isPresent() ? second.get().unsigned() : 0);
    }

    /** An errno's name, which Podman writes besides its number, is there for readers. */
    private static Action action(JsonValue in, String name, String number, String comment) {
        Optional<JsonValue> data = in.member(number);
        in.member(comment).ifPresent(JsonValue::text);
        JsonValue word = in.required(name);
        Action.Kind kind = JsonWords.kind(word);
        if (data.isEmpty()) {
            return new Action(kind, kind == Action.Kind.ERRNO ? Action.EPERM : 0);
        }
        if (kind != Action.Kind.ERRNO && kind != Action.Kind.TRACE) {
            throw data.get().wrong("absent: " + word.text() + " carries no number");
        }
        return new Action(kind, data.get().number(MAX_ERRNO));
    }
}
