#!/bin/sh
# Types, lint and format, then every test that needs neither root nor a special kernel.
# Arguments: test files to run instead of all of them.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
# tsx reads the JSX setting from here; the root tsconfig.json only lists projects.
export PATH NODE_ENV=test TSX_TSCONFIG_PATH="$PWD/tsconfig.base.json"

if [ $# -gt 0 ]; then
  exec node --import tsx --test "$@"
fi

echo "types"; tsc -b
echo "lint and format"; biome check --error-on-warnings .
echo "wire definition"; buf lint
exec node --import tsx --test \
  'src/**/*.test.ts' 'src/**/*.test.tsx' 'agent/**/*.test.ts' 'deploy/**/*.test.ts' \
  'test/wire/**/*.test.ts' 'test/cli/**/*.test.ts' 'test/screens/**/*.test.ts' 'test/screens/**/*.test.tsx' 'test/recordings/**/*.test.ts' 'test/bench/**/*.test.ts' 'test/rules/**/*.test.ts'
