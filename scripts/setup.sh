#!/bin/sh
# Everything `npm start` and `npm test` need, from a fresh clone on: npm packages, with root on Debian the toolchain of
# the kernel side, a cgroup v2 mount, a build. Does what is missing, says what it does, and costs a look when nothing is.
# Without root, apt or a network it says in one line what live capture needs and goes on: a recording plays instead.
# `--quiet` keeps that line back; work that takes time is always announced. All of it goes to stderr.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
exec 1>&2

quiet=''
case "${1:-}" in
  '') ;;
  --quiet) quiet=yes ;;
  *) echo "usage: sh scripts/setup.sh [--quiet]"; exit 2 ;;
esac

say() { echo "kelpie: $*"; }
note() { [ -n "$quiet" ] || say "$@"; }
fail() { say "$@"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# Two set-ups at once (npm start in one terminal, npm test in another) would trip over each other.
mkdir -p build
if has flock; then
  exec 9>build/.setup-lock
  flock 9
fi

# --- npm packages ---------------------------------------------------------------------------------------------------

# npm writes the inner lock file last, so it is as new as the packages are.
packages_current() {
  [ -f node_modules/.package-lock.json ] && [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]
}

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

install_packages() {
  has node && has npm || fail 'needs Node 18 or newer with npm: https://nodejs.org/en/download'
  [ "$(node_major node)" -ge 18 ] || fail "needs Node 18 or newer, this is $(node --version): https://nodejs.org/en/download"
  say 'installing npm packages (once, about a minute)'
  npm ci --no-audit --no-fund --loglevel=error || fail 'npm ci failed (above). With a network it works again: sh scripts/setup.sh'
}

# The project runs on the Node version that package.json names, from the npm package `node`. Its binary comes by an
# install script, which npm holds back unless told otherwise.
install_node() {
  say "fetching the project's own Node"
  if (cd node_modules/node && node installArchSpecificPackage >/dev/null); then
    ln -sf ../node/bin/node node_modules/.bin/node
    return 0
  fi
  [ "$(node_major node)" -ge 22 ] || fail "could not fetch Node; the one here, $(node --version), is too old (22 is needed)"
  note "could not fetch the project's own Node; going on with $(node --version)"
}

packages_current || install_packages
[ -x node_modules/.bin/node ] || install_node
PATH="$root/node_modules/.bin:$PATH"
export PATH

# --- the toolchain of the kernel side -------------------------------------------------------------------------------

missing_packages() {
  has clang || printf ' clang'
  has llvm-strip || printf ' llvm'
  has cc || printf ' gcc libc6-dev'
  has make || printf ' make'
  [ -f /usr/include/bpf/bpf.h ] || printf ' libbpf-dev'
  [ -f /usr/include/libelf.h ] || printf ' libelf-dev'
  [ -f /usr/include/zlib.h ] || printf ' zlib1g-dev'
  has ip || printf ' iproute2'
  has nsenter || printf ' util-linux'
}

install_toolchain() {
  say "installing$1 with apt-get (compiles the eBPF programs, makes the demo's network)"
  # shellcheck disable=SC2086 # a list of package names
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >build/apt.log 2>&1 || {
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >build/apt.log 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >>build/apt.log 2>&1
  }
}

missing=$(missing_packages)
if [ -n "$missing" ]; then
  # What failed an hour ago is not tried at every start.
  tried=$(find build/.apt-failed -mmin -60 2>/dev/null || :)
  if [ "$(id -u)" != 0 ]; then
    note "live capture needs$missing; as root: apt-get install$missing"
  elif ! has apt-get; then
    note "live capture needs$missing (Debian's names); install them with this system's package manager"
  elif [ -n "$tried" ] && [ "$(cat build/.apt-failed)" = "$missing" ]; then
    note "live capture needs$missing; installing them failed within the hour (see build/apt.log)"
  elif install_toolchain "$missing"; then
    rm -f build/.apt-failed build/apt.log
  else
    echo "$missing" >build/.apt-failed
    say "could not install$missing ($(tail -n 1 build/apt.log)); going on without live capture"
  fi
fi

# --- cgroup v2 ------------------------------------------------------------------------------------------------------

cgroup2_mounted() { grep -q ' - cgroup2 ' /proc/self/mountinfo 2>/dev/null; }

if ! cgroup2_mounted && [ "$(uname -s)" = Linux ]; then
  mount='mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified'
  if [ "$(id -u)" = 0 ] && sh -c "$mount" 2>/dev/null; then
    say 'mounted cgroup v2 at /sys/fs/cgroup/unified (v1 controllers stay as they are)'
  else
    note "live capture needs cgroup v2, which is not mounted; as root: $mount"
  fi
fi

# --- build ----------------------------------------------------------------------------------------------------------

if [ -f dist/kelpie.js ]; then
  sh scripts/build.sh --quiet
else
  say 'building'
  sh scripts/build.sh --quiet
fi
