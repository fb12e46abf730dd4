#!/bin/sh
# Installs the Debian packages of the programs that tests start, where they are missing. Where that cannot be done, it
# says so and ends well: the tests that need a program skip themselves, with the reason.
#
# A line of the list: a package, then its program.
set -eu

packages='
postgresql     /usr/lib/postgresql/*/bin/postgres
redis-server   /usr/bin/redis-server
chromium       /usr/bin/chromium
'

missing=''
while read -r package program; do
  [ -n "$package" ] || continue
  ls $program >/dev/null 2>&1 || missing="$missing $package"
done <<LIST
$packages
LIST

[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed, so some tests will be skipped:$missing (apt-get install$missing, as root)" >&2
  exit 0
fi
echo "Installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt-get update >"$log" 2>&1 || true
for package in $missing; do
  apt-get install --yes --no-install-recommends "$package" >>"$log" 2>&1 ||
    echo "$package could not be installed, so some tests will be skipped (see $log)" >&2
done
