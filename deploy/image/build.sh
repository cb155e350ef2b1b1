#!/bin/sh
# build.sh [tools|bundle]: makes dist/ on a bare Debian 12, as root. `tools` installs what that takes, once; `bundle` builds the checkout
# this script is in. Without a word both. What an image takes of dist/ is rootfs.sh's.
set -eu

tools() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # The toolchain of the kernel side (scripts/setup.sh has the same list); a Node that is good enough to run npm; setcap.
  apt-get install -y -qq --no-install-recommends \
    clang llvm gcc libc6-dev make libbpf-dev libelf-dev zlib1g-dev nodejs npm ca-certificates libcap2-bin
  rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
}

bundle() {
  cd "$(dirname "$0")/../.."
  # Packages are unpacked and nothing of theirs is run; but the one script that fetches the project's own Node.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  (cd node_modules/node && node installArchSpecificPackage >/dev/null)
  ln -sf ../node/bin/node node_modules/.bin/node
  sh scripts/build.sh
}

case "${1:-}" in
  tools) tools ;;
  bundle) bundle ;;
  '')
    tools
    bundle
    ;;
  *)
    echo 'usage: build.sh [tools|bundle]' >&2
    exit 2
    ;;
esac
