#!/bin/sh
# Tests on a real cluster, the one that KUBECONFIG leads to, with an account that may do everything. They make namespaces kelpie, kelpie-demo and
# kelpie-test-*, and take them away again. Arguments: those of node --test, such as --test-name-pattern=….
#
# The images come from one of:
#   KELPIE_TEST_LOAD='kind load image-archive'   a command that takes an archive: images are made as the Dockerfile makes them
#                                                (deploy/image/test.sh; needs root and debootstrap) and loaded with it
#   KELPIE_TEST_IMAGE=registry.example/agent:1   an image that the cluster has or can pull; KELPIE_TEST_KUARD another kuard than the public one
# KELPIE_TEST_BUSYBOX (default: docker.io/library/busybox:1.36), KELPIE_TEST_PULL_POLICY (default: IfNotPresent, Never with KELPIE_TEST_LOAD).
# KELPIE_TEST_STATIC_PODS: the folder from which a node's kubelet takes static pods (staticPodPath), where this script runs on that node.
# KELPIE_TEST_RESTART_API: a command that restarts the API server; without it, and without the folder, those stories are left out.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH NODE_ENV=test TSX_TSCONFIG_PATH=tsconfig.base.json

command -v kubectl >/dev/null || { echo 'test:cluster needs kubectl' >&2; exit 1; }
kubectl version >/dev/null 2>&1 || { echo 'test:cluster needs a cluster: KUBECONFIG leads to none that answers' >&2; exit 1; }
sh scripts/build.sh --quiet

if [ -n "${KELPIE_TEST_LOAD:-}" ]; then
  out=build/cluster-images
  mkdir -p "$out/rootfs"
  sh deploy/image/test.sh "$out/rootfs"
  node --import tsx test/cluster/make-images.ts "$out/rootfs" "$out" | while read -r archive; do
    # shellcheck disable=SC2086 # a command with its arguments
    $KELPIE_TEST_LOAD "$archive" >&2
  done
  KELPIE_TEST_IMAGE=kelpie.test/kelpie-agent:test
  KELPIE_TEST_KUARD=kelpie.test/kuard:test
  KELPIE_TEST_PULL_POLICY=Never
  export KELPIE_TEST_IMAGE KELPIE_TEST_KUARD KELPIE_TEST_PULL_POLICY
fi
exec node --import tsx --test --test-concurrency=1 "$@" 'test/cluster/**/*.test.ts'
