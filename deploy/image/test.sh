#!/bin/sh
# test.sh OUT: makes the image's root file system in OUT the way the Dockerfile does, without a container engine, and looks whether it is
# as it should be: a bare Debian 12 (debootstrap), in it what is committed of this checkout, there build.sh and rootfs.sh.
# Needs root, debootstrap, libcap2-bin, and a network for what is not there yet: Debian with the tools, and the npm packages, are kept in
# build/image-test; OUT is made anew when something else is. DEBIAN_MIRROR says from where.
set -eu
LC_ALL=C
export LC_ALL

[ $# = 1 ] || { echo 'usage: sh deploy/image/test.sh OUT' >&2; exit 2; }
# What is mounted here is gone when this script is, however it ends.
if [ "${KELPIE_IMAGE_TEST:-}" != inside ]; then
  KELPIE_IMAGE_TEST=inside exec unshare --mount --propagation private sh "$0" "$@"
fi

mkdir -p "$1"
out=$(cd "$1" && pwd)
# It is emptied before it is filled.
[ -z "$(ls -A "$out")" ] || [ -f "$out/opt/kelpie/agent.js" ] || { echo "$out is neither empty nor of an earlier run" >&2; exit 2; }
cd "$(dirname "$0")/../.."
cache=$PWD/build/image-test
root=$cache/root
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
PATH="$PATH:/usr/sbin:/sbin"

say() { echo "image test: $*" >&2; }
fail() { say "FAILED: $*"; exit 1; }
hash() { sha256sum | cut -c1-64; }
for tool in debootstrap getcap unshare; do
  command -v "$tool" >/dev/null || fail "needs $tool: apt-get install debootstrap libcap2-bin"
done
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock 9

# In Debian, with nothing of this machine but its resolver and what it trusts: a proxy's certificates must not end up in the image.
in_debian() {
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  set -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root SOURCE_DATE_EPOCH=0 NODE=/kelpie/node_modules/.bin/node \
    "http_proxy=${http_proxy:-}" "https_proxy=${https_proxy:-}" "$@"
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/var/machine-certificates.crt"
    shift 2
    set -- env -i NODE_EXTRA_CA_CERTS=/var/machine-certificates.crt npm_config_cafile=/var/machine-certificates.crt "$@"
  fi
  chroot "$root" "$@"
}

# --- Debian with the tools --------------------------------------------------------------------------------------------

wanted=$(cat deploy/image/build.sh | hash)
if [ "$(cat "$cache/tools" 2>/dev/null)" != "$wanted" ]; then
  say 'Debian 12 with the tools (once, a few minutes)'
  rm -rf "$root" "$cache/tools"
  debootstrap --variant=minbase bookworm "$root" "$mirror" >"$cache/debootstrap.log" 2>&1 || fail "debootstrap: see $cache/debootstrap.log"
  mount -t proc proc "$root/proc"
  cp deploy/image/build.sh "$root/tmp/build.sh"
  in_debian sh /tmp/build.sh tools >"$cache/tools.log" 2>&1 || fail "the tools: see $cache/tools.log"
  echo "$wanted" >"$cache/tools"
else
  mount -t proc proc "$root/proc"
fi

# --- the root file system ---------------------------------------------------------------------------------------------

# What is committed: what a fresh clone would have.
wanted=$(git rev-parse 'HEAD^{tree}')
if [ "$(cat "$cache/made" 2>/dev/null)" = "$wanted $out" ] && [ -d "$out/opt" ]; then
  say "$out is up to date"
else
  say 'building'
  # npm would put the packages there anew each time, and they are as before.
  lock=$(hash <package-lock.json)
  rm -rf "$cache/made" "$cache/node_modules"
  [ "$(cat "$cache/packages" 2>/dev/null)" != "$lock" ] || mv "$root/kelpie/node_modules" "$cache/node_modules" 2>/dev/null || :
  rm -rf "$root/kelpie" "$root/out" "$cache/packages"
  mkdir -p "$root/kelpie"
  git archive HEAD | tar -x -C "$root/kelpie" --no-same-owner
  if [ -d "$cache/node_modules" ]; then
    mv "$cache/node_modules" "$root/kelpie/node_modules"
    in_debian env PATH=/kelpie/node_modules/.bin:/usr/bin:/bin sh /kelpie/scripts/build.sh >"$cache/build.log" 2>&1 || fail "the build: see $cache/build.log"
  else
    in_debian sh /kelpie/deploy/image/build.sh bundle >"$cache/build.log" 2>&1 || fail "the build: see $cache/build.log"
  fi
  echo "$lock" >"$cache/packages"
  in_debian sh /kelpie/deploy/image/rootfs.sh /kelpie/dist /out
  find "$out" -mindepth 1 -delete
  # Attributes and times too.
  tar --xattrs --xattrs-include='*' -C "$root/out" -c . | tar --xattrs --xattrs-include='*' -C "$out" -xp
  echo "$wanted $out" >"$cache/made"
fi

# --- what is in it ----------------------------------------------------------------------------------------------------

programs=$(cd "$out" && find . -type f -perm /111 ! -name 'ld-*.so*' | sort | tr '\n' ' ')
[ "$programs" = './opt/kelpie/node ./opt/kelpie/setpriv ' ] || fail "programs in it: $programs"
[ -z "$(find "$out" -type f -perm /6000)" ] || fail 'a set-user-id file is in it'
[ -z "$(find "$out" -xdev ! -user 0)" ] || fail 'a file in it is not of root'
[ -z "$(find "$out" -newermt @0)" ] || fail 'a time in it is not SOURCE_DATE_EPOCH'
found=$(getcap -r "$out" | sed "s|^$out||")
[ "$found" = '/opt/kelpie/setpriv cap_dac_read_search,cap_net_admin,cap_sys_ptrace,cap_sys_admin,cap_sys_resource,cap_perfmon,cap_bpf=p' ] ||
  fail "capabilities of files: $found"
if grep -rlE 'react\.(production|development)|Symbol\.for\("react|react-reconciler|yoga-layout' "$out/opt/kelpie" --include='*.js' >&2; then
  fail 'the terminal is in it (above)'
fi

# --- that it runs -----------------------------------------------------------------------------------------------------

# As the container's user, with what a container has mounted.
mount --make-private --bind "$out" "$out"
mount -t proc proc "$out/proc"
mount -t sysfs -o ro none "$out/sys"
mount --rbind /sys/fs/cgroup "$out/sys/fs/cgroup"
entry_point=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]$/\1/p' deploy/image/Dockerfile | sed 's/", "/ /g')
export KELPIE_IMAGE=1
# shellcheck disable=SC2086 # words
as_root() { chroot "$out" $entry_point "$@"; }
# shellcheck disable=SC2086 # words
as_user() { chroot --userspec=10001:10001 --groups='' "$out" $entry_point "$@"; }

version=$(sed -n 's/^ *"version": "\(.*\)",/\1/p' package.json)
told=$(as_user --version) || fail "--version: $told"
[ "$told" = "$version" ] || fail "--version tells $told, not $version"
as_root --version >/dev/null || fail '--version of root'
as_user doctor >"$cache/doctor.log" || :
grep -qE 'ok +Kernel programs' "$cache/doctor.log" || fail "doctor finds no programs: $(cat "$cache/doctor.log")"
grep -qE 'ok +Native addon' "$cache/doctor.log" || fail "doctor finds no addon: $(cat "$cache/doctor.log")"
grep -qE 'ok +Privileges +CAP_BPF' "$cache/doctor.log" || fail "the user has no capabilities: $(cat "$cache/doctor.log")"
# What is not about a container is not looked at.
if grep -E 'Toolchain|bpftool|Network namespaces|Locale' "$cache/doctor.log" >&2; then fail 'doctor looks for what no image has (above)'; fi
# Where one is missing it does not start; the last words are what the terminal knows (src/cluster/agent-pods.ts). Node alone says which.
# shellcheck disable=SC2086 # words
said=$(setpriv --bounding-set=-bpf chroot --userspec=10001:10001 --groups='' "$out" $entry_point --version 2>&1) && fail 'it starts without CAP_BPF'
[ "$said" = 'setpriv: apply capabilities: Operation not permitted' ] || fail "without CAP_BPF: $said"
chroot --userspec=10001:10001 --groups='' "$out" /opt/kelpie/node /opt/kelpie/agent.js doctor >"$cache/doctor-less.log" || :
grep -qE 'fail +Privileges .*CAP_BPF' "$cache/doctor-less.log" || fail "without capabilities: $(cat "$cache/doctor-less.log")"

say "all is well: $(du -sm --apparent-size "$out/opt" "$out/lib" "$out/etc" | awk '{ n += $1 } END { print n }') MB in $out"
grep -E '^(Live capture|  (fail|warn))' "$cache/doctor.log" >&2 || :
