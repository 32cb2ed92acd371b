package io.bailey.sandbox.linux.container.state;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** An object of a document that is being read; what is not as expected is said by its name. */
record StateNode(Map<String, Object> members) {

    private <T> Optional<T> member(String name, Class<T> type) {
        Object value = members.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new CorruptStateException(
                    "\"" + name + "\" is no " + type.getSimpleName() + ": " + value);
        }
        return Optional.of(type.cast(value));
    }

    private static CorruptStateException missing(String name) {
        return new CorruptStateException("\"" + name + "\" is missing");
    }

    Optional<String> optional(String name) {
        return member(name, String.class);
    }

    String text(String name) {
        return optional(name).orElseThrow(() -> missing(name));
    }

    boolean truth(String name) {
        return member(name, Boolean.class).orElseThrow(() -> missing(name));
    }

    OptionalLong optionalNumber(String name) {
        Optional<Long> value = member(name, Long.class);
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    long number(String name) {
        return optionalNumber(name).orElseThrow(() -> missing(name));
    }

    OptionalInt optionalInt(String name) {
        OptionalLong value = optionalNumber(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.getAsLong() < Integer.MIN_VALUE || value.getAsLong() > Integer.MAX_VALUE) {
            throw new CorruptStateException("\"" + name + "\" is too large");
        }
        return OptionalInt.of((int) value.getAsLong());
    }

    Optional<Double> optionalDouble(String name) {
        return member(name, Number.class).map(Number::doubleValue);
    }

    Optional<Instant> optionalTime(String name) {
        try {
            return optional(name).map(Instant::parse);
        } catch (DateTimeException wrong) {
            throw new CorruptStateException("\"" + name + "\" is no time");
        }
    }

    Instant time(String name) {
        return optionalTime(name).orElseThrow(() -> missing(name));
    }

    List<String> texts(String name) {
        return elements(name).stream().map(String::valueOf).toList();
    }

    Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        node(name).members.forEach((key, value) -> map.put(key, value.toString()));
        return map;
    }

    /** An object in it; empty if there is none. */
    StateNode node(String name) {
        return of(members.getOrDefault(name, Map.of()), name);
    }

    List<StateNode> nodes(String name) {
        return elements(name).stream().map(element -> of(element, name)).toList();
    }

    private List<?> elements(String name) {
        return member(name, List.class).orElse(List.of());
    }

    private static StateNode of(Object value, String name) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new CorruptStateException("\"" + name + "\" is no object");
        }
        Map<String, Object> members = new LinkedHashMap<>();
        map.forEach((key, member) -> members.put(key.toString(), member));
        return new StateNode(members);
    }
}
