package io.bailey.sandbox.linux.seccomp;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A value and where it stands. Asking it for what it is not is an error that names the place, the
 * value and what is accepted.
 *
 * @param path as in JSONPath: $.syscalls[3].args[0].op
 */
record JsonValue(String path, Object value) {
    /** JSON's null, which counts as absent: Go writes it for empty lists. */
    static final Object NULL = new Object();

    private static final int SHOWN = 60;
    private static final BigInteger MAX_UNSIGNED =
            BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);

    /** The member {@code name}, if it is there and not null. */
    Optional<JsonValue> member(String name) {
        Object member = object().get(name);
        return member == null || member == NULL
                ? Optional.empty()
                : Optional.of(new JsonValue(path + "." + name, member));
    }

    JsonValue required(String name) {
        return member(name)
                .orElseThrow(() -> new ProfileException(path + ": has no \"" + name + "\""));
    }

    /** Refuses an object with other members: a misspelt "args" would make a rule match always. */
    JsonValue onlyHas(Set<String> names) {
        for (String name : object().keySet()) {
            if (!names.contains(name)) {
                throw new ProfileException(
                        path
                                + ": \""
                                + clip(name)
                                + "\" is not known; accepted are "
                                + String.join(", ", new TreeSet<>(names)));
            }
        }
        return this;
    }

    List<JsonValue> elements() {
        if (!(value instanceof List<?> list)) {
            throw wrong("a list");
        }
        List<JsonValue> elements = new ArrayList<>(list.size());
        for (Object element : list) {
            elements.add(new JsonValue(path + "[" + elements.size() + "]", element));
        }
        return elements;
    }

    /** The elements of the member {@code name}, none if it is absent. */
    List<JsonValue> elements(String name) {
        Optional<JsonValue> list = member(name);
        return list.isPresent() ? list.get().elements() : List.of();
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonValue element : elements(name)) {
            texts.add(element.text());
        }
        return texts;
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw wrong("a string");
    }

    /** A whole number of 0 to {@code most}. */
    int number(int most) {
        if (value instanceof BigInteger number
                && number.signum() >= 0
                && number.compareTo(BigInteger.valueOf(most)) <= 0) {
            return number.intValue();
        }
        throw wrong("a whole number of 0 to " + most);
    }

    /** A number of 64 bits without a sign. */
    long unsigned() {
        if (value instanceof BigInteger number
                && number.signum() >= 0
                && number.compareTo(MAX_UNSIGNED) <= 0) {
            return number.longValue();
        }
        throw wrong("a whole number of 0 to " + MAX_UNSIGNED);
    }

    ProfileException wrong(String accepted) {
        return new ProfileException(
                path + ": " + shown() + " is not accepted; it must be " + accepted);
    }

    private Map<?, ?> map() {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong("an object");
    }

    @SuppressWarnings("unchecked") // JsonTree makes no others.
    private Map<String, Object> object() {
        return (Map<String, Object>) map();
    }

    private String shown() {
        if (value instanceof String text) {
            return '"' + clip(text) + '"';
        }
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "a list";
        }
        return value == NULL ? "null" : clip(value.toString());
    }

    private static String clip(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
