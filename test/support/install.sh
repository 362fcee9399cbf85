#!/bin/sh
# Installs what the tests on a real containerd need and is missing: containerd, runc and a static busybox, as root on Debian.
# Where it cannot, it says so in one line and the tests are skipped; with CI=true that is an error instead.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

has() { command -v "$1" >/dev/null 2>&1; }
# A dynamic busybox cannot run in a root folder that holds nothing else; such a file names its loader near its start.
has_busybox() { has busybox && ! head -c 4096 "$(command -v busybox)" | grep -q ld-linux; }

missing() {
  has containerd && has ctr && has containerd-shim-runc-v2 || echo containerd
  has runc || echo runc
  has_busybox || echo busybox-static
}

give_up() {
  echo "Cannot test on a real containerd: $1, so those tests are skipped" >&2
  [ "${CI:-}" != true ] || exit 1
  exit 0
}

packages=$(missing)
[ "$(uname -s)" = Linux ] || give_up "wanted Linux, found $(uname -s)"
[ "$(id -u)" = 0 ] || give_up "wanted root, found user $(id -un)"
[ -n "$packages" ] || exit 0
wanted=$(echo $packages)
has apt-get || give_up "missing $wanted, and only Debian's packages can be installed here; install them by hand"

# Packages start their services unless this file forbids it; one that was there before stays.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
tidy() { rm -f "$log"; [ -z "${ours:-}" ] || rm -f "$policy"; }
trap tidy EXIT
trap 'exit 1' HUP INT TERM
ours=
if [ ! -e "$policy" ]; then
  ours=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo "Installing $wanted for the tests on a real containerd" >&2
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 </dev/null; }
# Old package lists often do, and when not, fresh ones are fetched. Nothing is removed to make room.
apt install -y --no-install-recommends --no-remove $packages ||
  { apt update && apt install -y --no-install-recommends --no-remove $packages; } ||
  give_up "apt-get could not install $wanted ($(tail -n 1 "$log"))"
packages=$(missing)
[ -z "$packages" ] || give_up "still missing after installing: $(echo $packages)"
