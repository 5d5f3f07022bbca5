#!/bin/sh
# Installs the packages that DeniDin needs if they are missing or package-lock.json has changed; otherwise silent.
# Usage: scripts/install.sh [--help]
# All output goes to stderr. Development packages that are already installed stay.
set -eu

if [ "${1:-}" = --help ]; then
  sed -n '2,4s/^# //p' "$0"
  exit 0
fi

PROGRESS_SECONDS=15
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
cd -- "$root"

fail() {
  echo "$*" >&2
  exit 1
}

# Any Node can check whether an install is needed, including the one that npm installed: cron may find no other.
node=$(command -v node || command -v node_modules/.bin/node) ||
  fail "DeniDin needs Node 20 or newer to install itself, and there is no 'node' on the PATH: install it from nodejs.org or your system's packages."
if "$node" scripts/is-installed.mjs; then
  exit 0
fi
command -v npm >/dev/null 2>&1 ||
  fail "DeniDin needs npm to install itself, and there is no 'npm' on the PATH: install it with Node from nodejs.org or your system's packages."

omit=--omit=dev
if [ -d node_modules/typescript ]; then
  omit=
fi

echo 'Installing the packages of DeniDin (about 200 MB to download, a minute or two, only this once) …' >&2
seconds=0
(
  while sleep "$PROGRESS_SECONDS" </dev/null >/dev/null 2>&1; do
    seconds=$((seconds + PROGRESS_SECONDS))
    echo "… still installing (${seconds} s)" >&2
  done
) &
ticker=$!
trap 'kill "$ticker" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2086 # an empty $omit is not an argument
npm ci $omit --no-audit --no-fund --no-progress --loglevel=error </dev/null >&2 ||
  fail 'The installation failed: npm says why above. Mend it and start again; nothing but node_modules was touched.'
[ -e node_modules/.bin/node ] || node scripts/is-installed.mjs ||
  fail "DeniDin runs on Node 24, and npm brings none for this system ($(uname -sm)): install Node 24 or newer from nodejs.org and start again."
echo 'Installed.' >&2
