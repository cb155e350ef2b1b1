#!/bin/sh
# Makes what a release has, for the version of package.json: archives of an installation, and the krew manifest with their sums.
#
#   release.sh [OUT]      default: build/release
#
#   kelpie-vVERSION-any.tar.gz          runs wherever Node does: looks at clusters, deploys, plays recordings
#   kelpie-vVERSION-linux-ARCH.tar.gz   with the kernel side of this machine's architecture too, where it was built: watches its own machine, saves images.
#                                       One of another architecture that lies in OUT already is taken: it was made there and copied here.
#   kelpie.yaml                         the manifest; architectures without an archive of their own take the one for any
#
# RELEASE_URL says where the archives will be (default: releases of the repository on GitHub). The same tree and the same Node make the same bytes.
set -eu
out=${1:-}
case $out in '' | /*) ;; *) out=$PWD/$out ;; esac
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH TSX_TSCONFIG_PATH="$PWD/tsconfig.base.json"

sh scripts/build.sh --quiet
exec node --import tsx scripts/release.ts "${out:-build/release}"
