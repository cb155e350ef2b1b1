#!/bin/sh
# Boots Debian's kernels under emulation with the real agent inside (test/kernel/matrix). Arguments: Debian suites; default all that are promised.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
sh scripts/setup.sh --quiet
sh scripts/install-peers.sh
exec node --import tsx test/kernel/matrix/run.ts "$@"
