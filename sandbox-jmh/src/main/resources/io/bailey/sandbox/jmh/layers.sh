#!/bin/bash
# Makes the layers that ImageReport measures with: l1.tar.gz to l4.tar.gz in the directory $1, and what they are in l1.about to l4.about.
#   l1  Debian bookworm, minbase, by mmdebstrap; without it, or without a mirror, as much of this host's /usr
#   l2  the standard libraries of Python and Perl, filled up with more of /usr, in the PAX format
#   l3  an application of 500 files, which removes some of l1: whiteouts, and a directory made opaque
#   l4  20,000 small files in 200 directories, in the GNU format
# With --quick as $2, everything is a tenth of that and nothing is downloaded. Nothing outside $1 is written to.
set -eu
into=$(realpath "$1")
quick=${2:-}
size=150000000
small=200
[ -z "$quick" ] || { size=15000000; small=20; }
work=$(mktemp -d "$into/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8
owner=(--owner=0 --group=0 --numeric-owner --sort=name)

# The tar of what stands before, as a layer.
finish() {
    gzip -6 -n <"$work/$1.tar" >"$work/$1.tar.gz"
    sha256sum <"$work/$1.tar" | cut -d' ' -f1 >"$work/$1.diffid"
    tar -tf "$work/$1.tar" | wc -l >"$work/$1.entries"
    stat -c %s "$work/$1.tar" >"$work/$1.bytes"
    echo "$2" >"$work/$1.about"
    rm "$work/$1.tar"
    mv "$work/$1".* "$into/"
}

# Files below the directories given, as many as $1 bytes of them hold.
some() {
    local most=$1 sum=0 bytes name
    shift
    find "$@" -xdev -type f -size -1000k -printf '%s %p\n' 2>/dev/null | LC_ALL=C sort -k2 | while read -r bytes name; do
        sum=$((sum + bytes))
        [ $sum -le "$most" ] || break
        printf '%s\n' "${name#/}"
    done
}

debian() {
    [ -z "$quick" ] && command -v mmdebstrap >/dev/null || return 1
    timeout 240 unshare --mount --propagation private mmdebstrap --quiet --mode=root --variant=minbase bookworm "$work/l1.tar" >&2
}

if debian; then
    finish l1 "Debian bookworm, minbase"
else
    rm -f "$work/l1.tar"
    {
        some $((size / 5)) /usr/share
        some $((size * 4 / 5)) /usr/bin /usr/lib
    } >"$work/names"
    tar -C / -cf "$work/l1.tar" --format=gnu "${owner[@]}" -T "$work/names"
    finish l1 "files of this host's /usr: no mmdebstrap, no mirror or no time"
fi

{
    some $((size / 3)) $(ls -d /usr/lib/python3* 2>/dev/null)
    some $((size / 3)) $(ls -d /usr/share/perl* /usr/lib/x86_64-linux-gnu/perl* 2>/dev/null)
} >"$work/names"
bytes=$(tr '\n' '\0' <"$work/names" | (cd / && xargs -0r stat -c %s) | awk '{ sum += $1 } END { print sum + 0 }')
some $((size - bytes)) /usr/share /usr/include >>"$work/names"
tar -C / -cf "$work/l2.tar" --format=pax "${owner[@]}" -T "$work/names"
finish l2 "Python's and Perl's libraries, and more of /usr, PAX"

mkdir -p "$work/app/opt/app"
for i in $(seq 1 500); do
    seq $((i * 10)) $((i * 10 + 900)) >"$work/app/opt/app/file$i"
done
# What is removed is there: others show ghosts of whiteouts of nothing.
tar -tzf "$into/l1.tar.gz" | sed 's|^\./||' | grep -E '^usr/share/[A-Za-z0-9/_.+-]*/[A-Za-z0-9_.+-]+$' >"$work/shared"
opaque=$(dirname "$(head -1 "$work/shared")")
mkdir -p "$work/app/$opaque"
touch "$work/app/$opaque/.wh..wh..opq"
grep -v "^$opaque/" "$work/shared" | awk 'NR % 100 == 1' | head -5 | while read -r name; do
    mkdir -p "$work/app/$(dirname "$name")"
    touch "$work/app/$(dirname "$name")/.wh.$(basename "$name")"
done
tar -C "$work/app" -cf "$work/l3.tar" --format=gnu "${owner[@]}" .
finish l3 "an application, whiteouts, an opaque directory"

find /usr/share/doc /usr/share/perl* /usr/include -xdev -type f -size -200k -print0 2>/dev/null | LC_ALL=C sort -z |
    xargs -0 cat 2>/dev/null | head -c $((small * 140000)) >"$work/text" || true
mkdir "$work/small"
for i in $(seq -w 0 $((small - 1))); do
    mkdir "$work/small/dir$i"
    tail -c +$((10#$i * 140000 + 1)) "$work/text" | head -c 140000 | split -b 1400 -a 2 -d - "$work/small/dir$i/file"
done
tar -C "$work/small" -cf "$work/l4.tar" --format=gnu "${owner[@]}" .
finish l4 "$((small * 100)) small files"
