package io.bailey.sandbox.linux.seccomp;

import io.bailey.sandbox.linux.seccomp.Decision.Branch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Code for what is decided once the number is known. A decision is written once. */
final class DecisionCode {
    private final Assembler assembler;
    private final ArgumentCode arguments;
    private final Map<Decision, Integer> written = new HashMap<>();

    DecisionCode(Assembler assembler) {
        this.assembler = assembler;
        this.arguments = new ArgumentCode(assembler);
    }

    int write(Decision decision) {
        if (decision.isUnconditional()) {
            return assembler.returns(decision.otherwise());
        }
        Integer known = written.get(decision);
        if (known == null) {
            known = branches(decision);
            written.put(decision, known);
        }
        return known;
    }

    private int branches(Decision decision) {
        List<Branch> branches = decision.branches();
        int place = assembler.returns(decision.otherwise());
        for (int i = branches.size() - 1; i >= 0; i--) {
            int loaded = i == 0 ? ArgumentCode.NOTHING : left(branches.get(i - 1));
            place = branch(branches.get(i), place, loaded);
        }
        return place;
    }

    private int branch(Branch branch, int otherwise, int loaded) {
        List<Comparison> tests = branch.tests();
        int place = assembler.returns(branch.value());
        for (int i = tests.size() - 1; i >= 0; i--) {
            int there = i == 0 ? loaded : ArgumentCode.NOTHING;
            place = arguments.test(tests.get(i), place, otherwise, there);
        }
        return place;
    }

    private static int left(Branch branch) {
        return branch.tests().size() == 1
                ? ArgumentCode.left(branch.tests().getFirst())
                : ArgumentCode.NOTHING;
    }
}
