#!/bin/sh
# Builds what runs next to and below the agent: the BPF object and the native addon, both into build/.
# Does nothing for what is newer than its sources. `--quiet` says nothing unless something is wrong.
set -eu
cd "$(dirname "$0")/.."
say() { [ "${quiet:-}" ] || echo "$@"; }
[ "${1:-}" != --quiet ] || quiet=yes

make -s -C bpf

cc=${CC:-cc}
addon=build/kelpie_native.node
sources='agent/native/kelpie_native.c agent/native/arguments.c agent/native/maps.c agent/native/native_error.c agent/native/ring.c agent/native/static_archives.c'
headers=node_modules/node-api-headers/include
# shellcheck disable=SC2086 # a list of files
if [ -f "$addon" ] && [ -z "$(find $sources agent/native/*.h bpf/capture/event.h scripts/build-native.sh -newer "$addon")" ]; then
  exit 0
fi

# Static, so that the addon needs nothing on the machine it runs on. Only its entry point is visible: Node.js has a zlib
# of its own, and the two must not meet.
archives=''
for library in bpf elf z; do
  archive=$($cc -print-file-name="lib$library.a")
  if [ ! -f "$archive" ]; then
    echo "lib$library.a is missing: apt-get install libbpf-dev libelf-dev zlib1g-dev" >&2
    exit 1
  fi
  archives="$archives $archive"
done
# libelf 0.189 and newer reads zstd sections too.
zstd=$($cc -print-file-name=libzstd.a)
[ ! -f "$zstd" ] || archives="$archives $zstd"

# A running agent has the old file mapped: it is never written into, the new one takes its name. Nor do two builds at once write into one.
new="$addon.new-$$"
# Also when it stops halfway.
trap 'rm -f "$new"' EXIT
# shellcheck disable=SC2086 # lists of files
$cc -std=gnu11 -O2 -g0 -fPIC -fvisibility=hidden -Wall -Wextra -Werror -shared -I"$headers" -o "$new" $sources \
  -Wl,--start-group $archives -Wl,--end-group -Wl,--exclude-libs,ALL -Wl,--gc-sections -Wl,-z,now -s
mv "$new" "$addon"
say "built build/capture.bpf.o, $addon"
