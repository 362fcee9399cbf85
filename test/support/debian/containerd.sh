#!/bin/sh
# Prints the folder of the newest containerd of a line (1.6, 1.7 or 2) that runs here: the installed one if it is of that line, else one
# from Debian's suites, which is kept in a cache. Only containerd, ctr and the shim are newer; runc stays the machine's own, because newer
# ones need a newer libc. Tests use it as CONTAINERD_BIN_DIR=$(sh test/support/debian/containerd.sh 2).
line=${1:?wanted a line of containerd: 1.6, 1.7 or 2}
doing="fetch containerd $line"
. "$(dirname "$0")/suites.sh"

# Debian's versions look like 1.7.24~ds1-6, and what a program says of itself like "containerd github.com/... 1.7.24~ds1 ...".
of_line() { grep -E "^$(echo "$line" | sed 's/[.]/[.]/g')[.]"; }
says_version() { "$1/containerd" --version 2>/dev/null | awk '{ print $3 }' | sed 's/^v//'; }
works() {
  [ -n "$(says_version "$1" | of_line)" ] && "$1/ctr" --version >/dev/null 2>&1 && "$1/containerd-shim-runc-v2" -v >/dev/null 2>&1
}

if has containerd && installed=$(dirname "$(command -v containerd)") && works "$installed"; then
  echo "$installed"
  exit 0
fi

folder=$cache/containerd
lock
mkdir -p "$folder"
current=$folder/line-$line
# Once a day a newer one is looked for.
if [ -n "$(find "$current" -mmin -1440 2>/dev/null)" ] && works "$current"; then
  cd "$current" && pwd -P
  exit 0
fi

ask_suites
for version in $(with_suites apt-cache madison containerd | awk '{ print $3 }' | of_line | sort -ruV); do
  programs=$folder/$version/usr/bin
  if ! works "$programs"; then
    echo "Fetching containerd $version" >&2
    rm -rf "${folder:?}/$version" "$folder/partial"
    mkdir -p "$folder/partial"
    cd "$folder/partial"
    download "containerd=$version"
    dpkg-deb --extract ./*.deb "$folder/$version"
    cd "$folder"
    rm -rf "$folder/partial"
  fi
  if works "$programs"; then
    ln -sfn "$programs" "$current"
    echo "$programs"
    exit 0
  fi
  echo "containerd $version does not run on this machine" >&2
done
if works "$current"; then
  echo "No containerd $line was found in Debian's suites now, so the one fetched before is used" >&2
  cd "$current" && pwd -P
  exit 0
fi
fail "wanted a version $line.x that runs here, found in Debian's suites: $(with_suites apt-cache madison containerd | awk '{ print $3 }' | sort -uV | tr '\n' ' ')"
