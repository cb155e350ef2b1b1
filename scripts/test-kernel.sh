#!/bin/sh
# Tests on the real kernel, as root: capture, real servers and clients, the demo, the terminal in a pseudo terminal.
# Arguments: test files to run instead of all of them.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH NODE_ENV=test TSX_TSCONFIG_PATH=tsconfig.base.json

if [ "$(id -u)" != 0 ]; then
  echo "kernel tests need root (CAP_BPF, CAP_NET_ADMIN, network namespaces): sudo npm run test:kernel" >&2
  exit 1
fi
if [ $# -gt 0 ]; then
  exec node --import tsx --test --test-concurrency=1 "$@"
fi
exec node --import tsx --test --test-concurrency=1 'test/kernel/**/*.test.ts' 'test/e2e/**/*.test.ts'
