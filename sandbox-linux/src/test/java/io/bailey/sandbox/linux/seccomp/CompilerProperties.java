package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import java.util.List;

/** A filter decides what the profile says. */
@Domain(Profiles.class)
@Domain(DomainContext.Global.class)
class CompilerProperties {

    @Property(tries = 1500)
    void decidesAsTheProfileSays(
            @ForAll Profile profile,
            @ForAll Context context,
            @ForAll @Size(min = 30, max = 60) List<Call> calls) {
        Machine machine = new Machine(FilterCompiler.compile(profile, context));
        for (Call call : calls) {
            assertThat(machine.run(call).value())
                    .as("%s", call)
                    .isEqualTo(Reference.decide(profile, context, call));
        }
    }

    /** The edges of every test that a profile has, so that each branch is met. */
    @Property(tries = 500)
    void decidesAtTheEdgesOfItsTests(@ForAll Profile profile, @ForAll Context context) {
        Machine machine = new Machine(FilterCompiler.compile(profile, context));
        for (Rule rule : profile.rules()) {
            for (String name : rule.names()) {
                int number = SyscallTable.of(context.architecture()).number(name);
                for (long near = -1; near <= 1; near++) {
                    long[] arguments = new long[6];
                    for (Comparison test : rule.tests()) {
                        arguments[test.index()] = edge(test) + near;
                    }
                    Call call = new Call(context.architecture().auditNumber(), number, arguments);
                    assertThat(machine.run(call).value())
                            .as("%s of %s", call, rule)
                            .isEqualTo(Reference.decide(profile, context, call));
                }
            }
        }
    }

    private static long edge(Comparison test) {
        return test.operator() == Operator.MASKED_EQ ? test.datum() : test.value();
    }
}
