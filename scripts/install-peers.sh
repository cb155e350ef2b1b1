#!/bin/sh
# The servers, clients and capture tools that kernel tests and benchmarks run against, from Debian.
# Nothing is started: packages that would start a service are kept from doing so.
set -eu
missing=''
for pair in nginx:nginx-light lighttpd:lighttpd apache2:apache2-bin curl:curl wget:wget python3:python3-minimal \
  h2load:nghttp2-client wrk:wrk tcpdump:tcpdump tshark:tshark httpry:httpry tmux:tmux ip:iproute2 qemu-system-x86_64:qemu-system-x86 \
  dnsmasq:dnsmasq-base dig:bind9-dnsutils; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "missing for kernel tests and benchmarks:$missing" >&2
  exit 1
fi
echo "installing$missing (peers for kernel tests and benchmarks)"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
