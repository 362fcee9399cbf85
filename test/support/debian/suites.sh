# Packages of all suites of Debian, for scripts that source this: lists and downloads of our own in a cache folder, so that nothing on
# the machine changes. `doing` completes "Cannot ..."; everything but results goes to standard error.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

cache=${XDG_CACHE_HOME:-${HOME:-/var/cache}/.cache}/containerd-reaper
lists=$cache/debian

fail() {
  echo "Cannot $doing: $1" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Two test runs at once share the cache, one after the other.
lock() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -w 900 9 || fail "wanted $cache for itself, found it locked for 15 minutes"
}

# apt with the suites' lists instead of the machine's, as if nothing were installed. Proxies and the like stay the machine's.
with_suites() {
  program=$1
  shift
  "$program" -qq -o Dir::Etc::SourceList="$lists/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State="$lists/state" \
    -o Dir::State::Lists="$lists/lists" -o Dir::State::Status="$lists/status" -o Dir::Cache="$lists/cache" -o APT::Sandbox::User=root \
    -o APT::Install-Recommends=0 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 "$@"
}

# Where the machine's own apt takes Debian's packages from; known once its lists have been fetched.
mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian|Debian|//p' | head -n 1
}

# Fetches the suites' lists, at most twice a day unless told `again`. A suite that a mirror lacks is no error as long as others are there.
ask_suites() {
  has apt-get || fail 'wanted Debian, found no apt-get'
  [ "${1:-}" = again ] || [ -z "$(find "$lists/asked" -mmin -720 2>/dev/null)" ] || return 0
  uri=$(mirror)
  [ -n "$uri" ] || { apt-get -qq update >&2 || true; }
  uri=${uri:-$(mirror)}
  [ -n "$uri" ] || fail "wanted a mirror of Debian in apt's configuration, found none"
  mkdir -p "$lists/lists/partial" "$lists/state" "$lists/cache/archives/partial"
  : >"$lists/status"
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ ! -e "$keys" ] || signed=" signed-by=$keys"
  for suite in oldstable oldstable-backports stable stable-backports testing unstable experimental; do
    echo "deb [target=Packages${signed:-}] $uri $suite main"
  done >"$lists/sources.list"
  with_suites apt-get update >"$lists/log" 2>&1 || echo "Not every suite of Debian could be asked: $(tail -n 1 "$lists/log")" >&2
  : >"$lists/asked"
}

# Downloads packages, NAME or NAME=VERSION, into the current folder. What is no longer there under its old name is asked for again, once.
download() {
  with_suites apt-get download "$@" >"$lists/log" 2>&1 && return 0
  ask_suites again
  with_suites apt-get download "$@" >"$lists/log" 2>&1 || fail "apt-get could not download $* ($(tail -n 1 "$lists/log"))"
}
