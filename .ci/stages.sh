# Helpers of .ci/run. Each stage prints what it runs; a failed one makes the whole run fail at the end.

failed=()
notes=()
# In so many classes of a run tests may fail once.
FORGIVEN=4
LOG=$(mktemp) || exit 1
trap 'rm -f "$LOG"' EXIT

stage() {
    local name=$1 began=$SECONDS status out tee
    shift
    printf '\n=== %s\n' "$name"
    # Not a pipe: what a stage sets, the next may need.
    exec {out}> >(exec tee "$LOG")
    tee=$!
    "$@" >&"$out" 2>&1 {out}>&-
    status=$?
    exec {out}>&-
    # Its last words too, unless something that the stage left holds its output open.
    for _ in $(seq 50); do
        kill -0 $tee 2>/dev/null || break
        sleep 0.2
    done
    if [ $status -eq 0 ]; then
        printf '=== %s: passed (%d s)\n' "$name" $((SECONDS - began))
    else
        printf '=== %s: FAILED with %d (%d s)\n' "$name" $status $((SECONDS - began))
        failed+=("$name"$'\n'"$(culprits)")
    fi
}

# What of a failed stage's output says why, again at the very end: the rest may be cut off by then.
culprits() {
    sed 's/\x1b\[[0-9;]*m//g' "$LOG" |
        grep -E -A8 '^\[ERROR\] (  |Tests run)|MethodSource|=> |LEFT BEHIND|Exception|rror[: ]|Killed' | head -60
    echo "The end of it, without what could not be proven:"
    sed 's/\x1b\[[0-9;]*m//g' "$LOG" | grep -vE '^ +[0-9]+ io\.bailey' | tail -25
}

note() {
    notes+=("NOT RUN: $1")
    printf 'NOT RUN: %s\n' "$1"
}

# Debian packages that make more tests provable; without apt or root the tests that need them say so.
need_packages() {
    local missing=()
    for package; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        note "install ${missing[*]}: needs root and apt-get"
        return 0
    fi
    { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
        note "install ${missing[*]}: apt-get failed"
}

unproven() {
    [ -s "$1" ] || return 0
    echo "Could not be proven here:"
    sort "$1" | uniq -c | sort -rn | head -60
}

readme_tests() {
    bash .ci/audit mvn verify || return 1
    unproven sandbox-linux/target/unproven.txt
}

# The tested classes with all they need, in a folder that every user may read.
KIT=
JAVA=
kit() {
    [ -n "$JAVA" ] && return 0
    [ -n "$KIT" ] || KIT=$(mktemp -d /var/tmp/bailey-ci.XXXXXX) || return 1
    trap 'rm -rf "$KIT" "$LOG"' EXIT
    mvn -q -pl sandbox-linux -am test-compile -Dformat.skip=true -Dforbidden.skip=true -Djavadoc.skip=true \
        dependency:copy-dependencies -DincludeScope=test -DexcludeGroupIds=io.bailey -DoutputDirectory="$KIT/lib" || return 1
    mvn -q -N dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.4 \
        -DoutputDirectory="$KIT" || return 1
    cp -r sandbox-api/target/classes "$KIT/api" && cp -r sandbox-linux/target/classes "$KIT/linux" &&
        cp -r sandbox-linux/target/test-classes "$KIT/tests" && cp .ci/audit "$KIT" || return 1
    rm -f "$KIT/api/module-info.class" "$KIT/linux/module-info.class"
    chmod -R a+rX "$KIT"
    JAVA=$(java25)
}

java25() {
    local candidate
    for candidate in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/*; do
        if "$candidate/bin/java" -version 2>&1 | grep -q 'version "25'; then
            echo "$candidate/bin/java"
            return 0
        fi
    done
    echo "no JDK 25 found" >&2
    return 1
}

# Prints the command that runs the tests that meet the kernel, from the kit, in the folder $1: all of them, or the classes that
# follow. What is pure (plans, programs, archives and documents as bytes, the architecture) does not depend on who runs it and
# has run already.
suite() {
    local folder=$1 class room rooms=()
    shift
    for class; do
        rooms+=(--select-class "$class")
    done
    [ $# -gt 0 ] || for room in ${ROOMS:-sys cgroup host mount container attack image}; do
        rooms+=(--select-package "io.bailey.sandbox.linux.$room")
    done
    [ $# -gt 0 ] || for room in tar document registry; do
        rooms+=(--exclude-package "io.bailey.sandbox.linux.image.$room")
    done
    echo "$JAVA" ${HEAP:-} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED --illegal-native-access=deny \
        -Djava.io.tmpdir="$folder" -Dbailey.unproven="$folder/unproven.txt" -Dslf4j.internal.verbosity=ERROR \
        -jar "$KIT"/junit-platform-console-standalone-*.jar execute --disable-banner --details=${DETAILS:-summary} \
        -cp "$KIT/tests:$KIT/linux:$KIT/api:$(echo "$KIT"/lib/*.jar | tr ' ' ':')" \
        --config jqwik.database="$folder/jqwik" --include-classname "'.*(Test|Properties)'" \
        --exclude-classname "'.*NativeAccessTest'" "${rooms[@]}"
}

ordinary_user_tests() {
    if [ "$(id -u)" -ne 0 ]; then
        note "a second ordinary user: the README's test command ran as one already"
        return 0
    fi
    kit || return 1
    again_by_themselves user_suite
}

# The classes "$@" of the suite, or all.
user_suite() {
    local folder status
    folder=$(mktemp -d /var/tmp/bailey-user.XXXXXX) && suite "$folder" "$@" >"$KIT/user.sh" && chmod a+r "$KIT/user.sh" &&
        chown 54321:54321 "$folder" || return 1
    (cd "$folder" && bash "$KIT/audit" env -i PATH="$PATH" HOME="$folder" LANG=C.UTF-8 \
        setpriv --reuid=54321 --regid=54321 --clear-groups bash "$KIT/user.sh")
    status=$?
    unproven "$folder/unproven.txt"
    rm -rf "$folder"
    return $status
}

quick_benchmark() {
    command -v gcc >/dev/null || { note "the C floor: no gcc"; return 0; }
    bash .ci/audit mvn -q -Pbench -DskipTests -Dformat.skip=true -Dforbidden.skip=true -Djavadoc.skip=true \
        -Dbench.main=io.bailey.sandbox.jmh.StartReport -Dbench=--quick verify
}

# Fails only where something is several times slower than it should be: other tools and C are beside it in the same run.
quick_image_benchmark() {
    if [ "$(id -u)" -ne 0 ] || ! [ -e /dev/loop-control ]; then
        note "the benchmark of images: needs root and loop devices"
        return 0
    fi
    bash .ci/audit mvn -q -Pbench -DskipTests -Dformat.skip=true -Dforbidden.skip=true -Djavadoc.skip=true \
        -Dbench.main=io.bailey.sandbox.jmh.ImageReport -Dbench=--quick verify
}

# Fails only where something is several times slower or larger than it should be.
quick_containers_benchmark() {
    if [ "$(id -u)" -ne 0 ]; then
        note "the benchmark of containers: needs root"
        return 0
    fi
    bash .ci/audit mvn -q -Pbench -DskipTests -Dformat.skip=true -Dforbidden.skip=true -Djavadoc.skip=true \
        -Dbench.main=io.bailey.sandbox.jmh.ContainersReport -Dbench=--quick verify
}

# Whether each of the others runs, is isolated and ends well beside Bailey: a tool that is missing is left out and named.
quick_peers_benchmark() {
    if [ "$(id -u)" -ne 0 ]; then
        note "the benchmark beside other tools: needs root"
        return 0
    fi
    bash .ci/audit mvn -q -Pbench -DskipTests -Dformat.skip=true -Dforbidden.skip=true -Djavadoc.skip=true \
        -Dbench.main=io.bailey.sandbox.jmh.BenchmarkSuite -Dbench="--quick --only=peers" verify &&
        sed -n '/^## At a glance/,/^## Plots/p;/beside others/,/^How each/p' sandbox-jmh/target/benchmarks/README.md
}

guest_tests() {
    local vm=${BAILEY_VMRUN:-../shared/vm/vmrun}
    if [ ! -x "$vm" ]; then
        note "the cgroup v2 guest ($1): no $vm and no \$BAILEY_VMRUN; CONTRIBUTING.md says how to build one"
        return 0
    fi
    kit || return 1
    again_by_themselves guest_suite "$vm" "$1"
}

# The classes "${@:3}" of the suite, or all, as $2 in guests booted by $1. To user-mode Linux each page that lies beside no page
# that came before it is a mapping of the host's, which gives 65,530 to a process (vm.max_map_count): past that the guest's
# processes hang or find others' memory in theirs. So there is a guest for each part, whose JVM has a small heap that is touched
# while memory lies together; and one that dies in there all the same is started again, three times in all, docs/decisions/0020.
guest_suite() {
    local HEAP="-Xms320m -Xmx320m -XX:+AlwaysPreTouch" rooms status=0 one
    if [ $# -gt 2 ]; then
        suite /tmp/suite "${@:3}" >"$KIT/guest.sh" && in_guest "$1" "$2"
        return
    fi
    for rooms in "sys cgroup host mount" container attack image; do
        ROOMS=$rooms suite /tmp/suite >"$KIT/guest.sh" || return 1
        echo "--- $rooms"
        for _ in 1 2 3; do
            in_guest "$1" "$2"
            one=$?
            [ $one -gt 2 ] || break
            echo "DIED in user-mode Linux, with $one: $rooms"
        done
        [ $one -eq 0 ] || status=$one
    done
    return $status
}

in_guest() {
    cp .ci/guest "$KIT" && chmod a+r "$KIT/guest" "$KIT/guest.sh" || return 1
    "$1" --mem 3072 --timeout 1500 --cwd / --rw "$KIT" -- bash "$KIT/guest" "$2" "$KIT/guest.sh"
}

# Some thousand tests meet a kernel that others use too. Of a run ("$@") in which a few classes have failed these run once more
# by themselves, in a fresh JVM, and are named in the summary if they pass then: docs/decisions/0020. Leaks are not forgiven.
again_by_themselves() {
    local output status classes
    output=$(mktemp) || return 1
    "$@" 2>&1 | tee "$output"
    status=${PIPESTATUS[0]}
    grep -q '^DIED' "$output" && notes+=("$(grep '^DIED' "$output")")
    if [ "$status" -ne 0 ] && ! grep -q 'LEFT BEHIND' "$output"; then
        mapfile -t classes < <(sed -n "s/.*\(Method\|Class\)Source \[className = '\([^']*\)'.*/\2/p" "$output" | sort -u)
        if [ ${#classes[@]} -gt 0 ] && [ ${#classes[@]} -le "$FORGIVEN" ]; then
            printf 'ONCE MORE: %s\n' "${classes[@]}"
            "$@" "${classes[@]}"
            status=$?
            [ $status -eq 0 ] && notes+=("FAILED ONCE, then passed: ${classes[*]} ($(grep -A8 Source "$output" | grep '=> ' | head -3))")
        fi
    fi
    rm -f "$output"
    return "$status"
}

finish() {
    printf '\n=== summary\n'
    for n in "${notes[@]}"; do
        echo "$n"
    done
    if [ ${#failed[@]} -gt 0 ]; then
        printf 'FAILED: %s\n' "${failed[@]}"
        exit 1
    fi
    echo "every stage that ran has passed"
}
