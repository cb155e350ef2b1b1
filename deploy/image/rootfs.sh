#!/bin/sh
# rootfs.sh [--without-capabilities] DIST OUT: makes the root file system of the agent's image in OUT, a folder that is new or empty.
# DIST is what scripts/build.sh makes. NODE (default: the node on the PATH) is the Node that runs in the image; with it come the shared
# libraries that ldd names and nothing else: no shell, no package manager, no npm. All times are SOURCE_DATE_EPOCH (default: 0), so that
# the same input makes the same image. Needs root and setcap (libcap2-bin), without capabilities neither.
set -eu
# Locales sort and print otherwise; the user's mask would show in the image.
LC_ALL=C
export LC_ALL
umask 022

fail() { echo "rootfs: $*" >&2; exit 1; }

# What setpriv can hand on to the agent (deploy/image/README.md says why each); src/commands/image/capabilities.ts has the same list.
# With `e` it could not even be started where a container may not have one of them, whether it is handed on or not. No `i`: that would
# add what whoever starts us has as inheritable, and container runtimes hand on nothing so.
capabilities=cap_dac_read_search,cap_net_admin,cap_sys_ptrace,cap_sys_admin,cap_sys_resource,cap_perfmon,cap_bpf+p

with_capabilities=yes
if [ "${1:-}" = --without-capabilities ]; then
  with_capabilities=''
  shift
fi
[ $# = 2 ] || { echo 'usage: rootfs.sh [--without-capabilities] DIST OUT' >&2; exit 2; }
dist=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
node=$(readlink -f "${NODE:-$(command -v node)}") || fail 'there is no node on the PATH'
setpriv=$(command -v setpriv) || fail 'there is no setpriv on the PATH, with which the image starts the agent: apt-get install util-linux'
# Busybox has one that knows less, and with it a shell.
"$setpriv" --list-caps 2>/dev/null | grep -qx bpf || fail "$setpriv knows no CAP_BPF: util-linux 2.38 and libcap-ng 0.8 do, and newer"

mkdir -p "$out"
[ -z "$(ls -A "$out")" ] || fail "$out is not empty"
home="$out/opt/kelpie"

# --- the agent ------------------------------------------------------------------------------------------------------

mkdir -p "$home"
for file in agent.js agent-chunks capture.bpf.o kelpie_native.node; do
  [ -e "$dist/$file" ] || fail "$dist/$file is missing: npm run build makes it, with clang, a C compiler and libbpf-dev"
  cp -R "$dist/$file" "$home/"
done
# The bundle is made of ECMAScript modules.
echo '{ "type": "module" }' >"$home/package.json"
cp "$node" "$home/node"
cp -L "$setpriv" "$home/setpriv"
# Names of functions for debuggers: 18 of 126 MB. What addons look up stays.
if command -v strip >/dev/null 2>&1; then strip "$home/node"; fi

# --- what it needs of a system --------------------------------------------------------------------------------------

# "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)", and the loader alone: "/lib64/ld-linux-x86-64.so.2 (0x…)".
libraries() {
  for file in node kelpie_native.node setpriv; do
    ldd "$home/$file" || fail "ldd cannot tell what $file needs"
  done
}
named=$(libraries)
case $named in *'not found'*) fail "a shared library is missing: $(echo "$named" | grep 'not found')" ;; esac
# ldd is a script of the machine's C library, and may name a file twice: by the folder /lib64 and by what that links to.
for library in $(echo "$named" | sed -n 's/^.*[[:space:]]\(\/[^ ]*\) (0x[0-9a-f]*)$/\1/p' | sort -u); do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done

mkdir -p "$out/etc/ssl/certs" "$out/proc" "$out/sys" "$out/dev" "$out/run" "$out/tmp"
printf 'root:x:0:0:root:/:/\nkelpie:x:10001:10001:Kelpie agent:/:/\n' >"$out/etc/passwd"
printf 'root:x:0:\nkelpie:x:10001:\n' >"$out/etc/group"
# glibc would ask DNS before /etc/hosts.
echo 'hosts: files dns' >"$out/etc/nsswitch.conf"
# Node has authorities of its own; these serve NODE_EXTRA_CA_CERTS and --use-openssl-ca.
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then cp -L /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"; fi

licences="$out/usr/share/doc"
mkdir -p "$licences/kelpie"
cp "$here/../../LICENSE" "$licences/kelpie/LICENSE"
# Where an archive of Node has it, the npm package, Debian's.
for licence in "${node%/*}/../LICENSE" "${node%/*}"/../node_modules/node-linux-*/LICENSE /usr/share/doc/nodejs/copyright; do
  if [ -f "$licence" ]; then
    mkdir -p "$licences/node"
    cp -L "$licence" "$licences/node/LICENSE"
    break
  fi
done
for package in libc6 libgcc-s1 libstdc++6 util-linux libcap-ng0; do
  copyright="/usr/share/doc/$package/copyright"
  if [ -f "$copyright" ]; then
    mkdir -p "$licences/$package"
    cp -L "$copyright" "$licences/$package/"
  fi
done

# --- the same modes and times everywhere ----------------------------------------------------------------------------

find "$out" -type d -exec chmod 755 {} +
find "$out" -type f -exec chmod 644 {} +
chmod 755 "$home/node" "$home/setpriv"
find "$out" -name 'ld-*.so*' -exec chmod 755 {} +
chmod 1777 "$out/tmp"
if [ -n "$with_capabilities" ]; then
  chown -R 0:0 "$out"
  PATH="$PATH:/usr/sbin:/sbin" setcap "$capabilities" "$home/setpriv"
fi
find "$out" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
