#!/bin/sh
# Builds a Go program of ours with Debian's Go and Debian's sources of the libraries it uses, all in a cache folder, and prints its path:
# `go_program.sh FOLDER PACKAGE...`, where FOLDER holds the program and PACKAGEs are the -dev packages with what it imports. Nothing is
# asked of any other place than the mirror of Debian: the libraries are compiled as they lie, in GOPATH mode.
source=$(cd "${1:?wanted the folder of a Go program}" && pwd)
name=$(basename "$source")
doing="build $name"
shift
. "$(dirname "$0")/suites.sh"

folder=$cache/go/$name
lock
ask_suites
# The newest that can be had of all of them and of all that they depend on; from a list of nothing installed, so the same on every machine.
wanted=$(with_suites apt-get install -s golang-go "$@" 2>"$lists/log" | sed -n 's/^Inst \(golang-[^ ]*\) (\([^ ]*\).*/\1=\2/p' | sort)
[ -n "$wanted" ] || fail "wanted golang-go and $*, found that Debian's suites do not have them together ($(tail -n 1 "$lists/log"))"
if [ "$(cat "$folder/packages" 2>/dev/null)" != "$wanted" ]; then
  echo "Fetching Go and $(echo "$wanted" | wc -l) packages of sources" >&2
  rm -rf "$folder"
  mkdir -p "$folder/debs" "$folder/root"
  cd "$folder/debs"
  # shellcheck disable=SC2086 # a list of names
  download $wanted
  for deb in ./*.deb; do dpkg-deb --extract "$deb" "$folder/root"; done
  rm -rf "$folder/debs"
  echo "$wanted" >"$folder/packages"
fi

GOROOT=$(ls -d "$folder"/root/usr/lib/go-[0-9]* | sort -V | tail -n 1)
# Debian's Go looks for part of itself in /usr/share, by links that lead nowhere in a folder.
find "$GOROOT" -type l | while read -r link; do
  target=$(readlink "$link")
  case $target in /usr/*) ln -sfn "$folder/root$target" "$link" ;; esac
done
export GOROOT GOPATH="$folder/root/usr/share/gocode" GO111MODULE=off CGO_ENABLED=0 GOPROXY=off GOTOOLCHAIN=local GOFLAGS=
export GOCACHE="$cache/go/built" GOTELEMETRY=off
cd "$source"
nice -n 5 "$GOROOT/bin/go" build -o "$folder/$name" . >"$folder/log" 2>&1 ||
  fail "$("$GOROOT/bin/go" version) said: $(head -n 5 "$folder/log" | tr '\n' ' ')"
echo "$folder/$name"
