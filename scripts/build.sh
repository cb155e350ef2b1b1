#!/bin/sh
# Builds dist/: kelpie.js (the terminal), agent.js (the agent), demo.js (the demo workload), and beside them what they
# load: the BPF object, the native addon, the bundled recording. `--quiet` says nothing unless something is wrong.
# An unchanged tree costs a look at file times.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

quiet=''
[ "${1:-}" != --quiet ] || quiet=yes
say() { [ -n "$quiet" ] || echo "$@"; }

# Names of all inputs (so that a removal counts too) and whether any is newer than the last build.
inputs() {
  find src agent proto/gen deploy/demo deploy/manifests scripts/build.sh scripts/empty-module.cjs scripts/lazy-segmenter.mjs scripts/lazy-string-width.mjs package.json package-lock.json \
    test/recordings/demo.kelpie build/capture.bpf.o build/kelpie_native.node \
    -type f ! -name '*.test.ts' ! -name '*.test.tsx' "$@" 2>/dev/null | sort
}
unchanged() {
  [ -f dist/.stamp ] && [ -z "$(inputs -newer dist/.stamp)" ] && [ "$(inputs | cksum)" = "$(cat dist/.stamp)" ]
}

# The kernel side first: what it makes is an input of ours. It has a stamp of its own.
if [ -f scripts/build-native.sh ] && command -v clang >/dev/null 2>&1 && [ -f /usr/include/bpf/bpf.h ]; then
  # Without it a recording still plays; what an earlier build left must not pass for this one's.
  sh scripts/build-native.sh ${quiet:+--quiet} || {
    rm -f build/capture.bpf.o build/kelpie_native.node dist/capture.bpf.o dist/kelpie_native.node
    echo 'the kernel side could not be built (above): no live capture' >&2
  }
fi

if unchanged; then
  say "dist is up to date"
  exit 0
fi

new="dist/.new-$$"
mkdir -p "$new"
trap 'wait; rm -rf "$new"' EXIT
# Taken before the inputs are read, so that a file that is saved meanwhile is newer.
inputs | cksum >"$new/.stamp"

version=$(node -p 'require("./package.json").version')
bundle() {
  esbuild "$@" --bundle --platform=node --format=esm --target=node22 --minify-syntax --log-level=warning --outdir="$new" \
    --alias:react-devtools-core=./scripts/empty-module.cjs \
    --define:process.env.NODE_ENV='"production"' --define:process.env.KELPIE_VERSION="\"$version\"" \
    --banner:js='import { createRequire as kelpieRequire } from "node:module"; const require = kelpieRequire(import.meta.url);'
}
# The terminal in chunks: what only the screen needs (React, Ink) is loaded by the screen alone. Nothing in it fetches, but Yoga would
# load its WebAssembly that way if it could, and with it all of Node's fetch: a tenth of the time to the first frame. What reads ICU's
# tables waits until a text needs it. White space is a third of what would have to be read.
bundle kelpie=src/cli.ts map-layout=src/views/map/layout-worker.ts --splitting --chunk-names='chunks/[name]-[hash]' --define:fetch=undefined \
  --alias:string-width=./scripts/lazy-string-width.mjs --define:Intl.Segmenter=LazySegmenter --inject:./scripts/lazy-segmenter.mjs \
  --minify-whitespace &
terminal=$!
# Free of the terminal's code, for an image without node_modules; the client of the Kubernetes API is loaded by who is in a cluster alone.
bundle agent=agent/main.ts --splitting --chunk-names='agent-chunks/[name]-[hash]' --minify-whitespace
bundle demo=deploy/demo/main.ts
wait "$terminal"

for artifact in build/capture.bpf.o build/kelpie_native.node test/recordings/demo.kelpie; do
  [ ! -f "$artifact" ] || cp -p "$artifact" "$new/"
done
chmod +x "$new/kelpie.js"

rm -rf dist/chunks dist/agent-chunks
mv "$new"/* dist/
mv "$new/.stamp" dist/.stamp
say "built dist/kelpie.js, dist/agent.js, dist/demo.js"
