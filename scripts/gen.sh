#!/bin/sh
# Writes everything that is generated and committed: the wire's code, the kernel record layout, the references in docs,
# the Kubernetes manifests and the Helm chart.
# `--check` fails when what is committed is stale.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
# tsx reads the JSX setting from here: the keys are those of the screens.
export PATH TSX_TSCONFIG_PATH="$PWD/tsconfig.base.json"

buf generate
make -s -C bpf
node --import tsx scripts/gen-layout.ts
node --import tsx scripts/gen-docs.ts
node --import tsx scripts/gen-deploy.ts
biome format --write --log-level=warn deploy/chart/values.schema.json

if [ "${1:-}" = --check ]; then
  if ! git diff --exit-code --stat -- proto/gen agent/capture/layout.gen.ts docs/reference deploy/kelpie.yaml deploy/chart; then
    echo "Generated files are stale: run npm run gen and commit the result." >&2
    exit 1
  fi
fi
