package io.bailey.sandbox.linux.seccomp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a profile decides of each number of one architecture. */
final class Decisions {
    /**
     * Without these no command starts, or its failure could not be told. Until the command runs
     * nobody reads notifications, so only the kernel can kill for them.
     */
    static final List<String> TO_START = List.of("execve", "openat", "write", "exit_group");

    private final SyscallTable table;
    private final Context context;
    private final Decision[] byNumber;
    private final Decision.Builder[] open;
    private final Map<List<Integer>, Decision> known = new HashMap<>();
    private final Decision unknown;

    /**
     * @param architecture whose numbers; rules are there or not for the whole sandbox, whichever of
     *     its programs make the call
     */
    Decisions(Profile profile, Context context, Architecture architecture) {
        this.table = SyscallTable.of(architecture);
        this.context = context;
        this.byNumber = new Decision[table.size()];
        this.open = new Decision.Builder[table.size()];
        this.unknown = always(value(profile.unknown(), ""));
        for (int i = 0; i < profile.rules().size(); i++) {
            if (profile.rules().get(i).conditions().holdIn(context)) {
                add(profile.rules().get(i), i);
            }
        }
        for (int number = 0; number < byNumber.length; number++) {
            if (byNumber[number] == null) {
                byNumber[number] = remaining(number, profile.otherwise());
            }
        }
    }

    private void add(Rule rule, int index) {
        for (String name : rule.names()) {
            int number = table.number(name);
            if (number < 0 || byNumber[number] != null) {
                continue;
            }
            int value = value(rule.action(), name);
            if (rule.tests().isEmpty()) {
                byNumber[number] = close(number, value);
            } else {
                if (open[number] == null) {
                    open[number] = new Decision.Builder();
                }
                open[number].add(index, rule.tests(), value);
            }
        }
    }

    private Decision remaining(int number, Action otherwise) {
        String name = table.name(number).orElse("");
        return name.isEmpty() ? unknown : close(number, value(otherwise, name));
    }

    private Decision close(int number, int value) {
        return open[number] == null ? always(value) : open[number].otherwise(value, known);
    }

    /** The decision that does not look at arguments. */
    Decision always(int value) {
        return new Decision.Builder().otherwise(value, known);
    }

    /**
     * With a listener of our own, the supervisors of a profile are not there, and the call gets
     * what the kernel would say then. Nor are tracers: one inside would let itself do everything.
     */
    private int value(Action action, String name) {
        if (action.kind().asks()) {
            return Action.NO_SUCH_CALL.encoded();
        }
        return context.killsByNotification() && action.kind().kills() && !TO_START.contains(name)
                ? Action.NOTIFY.encoded()
                : action.encoded();
    }

    /** Of any number, known or not. */
    Decision of(int number) {
        return number < 0 || number >= byNumber.length ? unknown : byNumber[number];
    }

    Decision of(String name) {
        return of(table.number(name));
    }

    Decision ofUnknown() {
        return unknown;
    }

    int size() {
        return byNumber.length;
    }
}
