# Helpers of .ci/run. Each stage prints what it runs; a failed one makes the whole run fail at the end.

failed=()
notes=()
LOG=$(mktemp) || exit 1
trap 'rm -f "$LOG"' EXIT

stage() {
    local name=$1 began=$SECONDS
    shift
    printf '\n=== %s\n' "$name"
    # Not a pipe: what a stage sets, the next may need.
    if "$@" > >(tee "$LOG") 2>&1; then
        printf '=== %s: passed (%d s)\n' "$name" $((SECONDS - began))
    else
        printf '=== %s: FAILED (%d s)\n' "$name" $((SECONDS - began))
        failed+=("$name"$'\n'"$(culprits)")
    fi
}

# What of a failed stage's output says why, again at the very end: the rest may be cut off by then.
culprits() {
    wait $! 2>/dev/null
    sed 's/\x1b\[[0-9;]*m//g' "$LOG" |
        grep -E -A8 '^\[ERROR\] (  |Tests run)|MethodSource|=> |LEFT BEHIND|Exception|error:' | head -60
}

note() {
    notes+=("$1")
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

# Prints the command that runs the tests that meet the kernel, from the kit, in the folder $1. What is pure (plans, programs,
# archives and documents as bytes, the architecture) does not depend on who runs it and has run already.
suite() {
    local folder=$1 room rooms=()
    for room in sys cgroup host mount container attack image; do
        rooms+=(--select-package "io.bailey.sandbox.linux.$room")
    done
    for room in tar document registry; do
        rooms+=(--exclude-package "io.bailey.sandbox.linux.image.$room")
    done
    echo "$JAVA" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED --illegal-native-access=deny \
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
    local folder status
    folder=$(mktemp -d /var/tmp/bailey-user.XXXXXX) && suite "$folder" >"$KIT/user.sh" && chmod a+r "$KIT/user.sh" &&
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

guest_tests() {
    local vm=${BAILEY_VMRUN:-../shared/vm/vmrun}
    if [ ! -x "$vm" ]; then
        note "the cgroup v2 guest ($1): no $vm and no \$BAILEY_VMRUN; CONTRIBUTING.md says how to build one"
        return 0
    fi
    kit || return 1
    suite /tmp/suite >"$KIT/guest.sh" && cp .ci/guest "$KIT" && chmod a+r "$KIT/guest" "$KIT/guest.sh" || return 1
    "$vm" --mem 3072 --timeout 2400 --cwd / --rw "$KIT" -- bash "$KIT/guest" "$1" "$KIT/guest.sh"
}

finish() {
    printf '\n=== summary\n'
    for n in "${notes[@]}"; do
        echo "not run: $n"
    done
    if [ ${#failed[@]} -gt 0 ]; then
        printf 'FAILED: %s\n' "${failed[@]}"
        exit 1
    fi
    echo "every stage that ran has passed"
}
