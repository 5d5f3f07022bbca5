#!/bin/sh
# Ensures that there is a browser for WhatsApp. If none is configured or installed, it installs the bundled one
# (Linux x64) with npm. Safe to run repeatedly and concurrently.
set -eu

if [ "${1:-}" = --help ]; then
  echo "usage: scripts/ensure-browser.sh   installs the bundled browser when there is no other"
  exit 0
fi

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
home="$root/bundled-browser"

starts() {
  "$1" --version >/dev/null 2>&1
}

if [ -n "${DENIDIN_WHATSAPP_BROWSER_PATH:-}" ]; then
  exit 0
fi
for name in google-chrome-stable google-chrome chromium chromium-browser chrome \
  chromium-headless-shell chrome-headless-shell; do
  if path=$(command -v "$name") && starts "$path"; then
    exit 0
  fi
done

wanted=$(sed -n 's/.*"@sparticuz\/chromium": "\(.*\)".*/\1/p' "$home/package.json")
installed() {
  [ -f "$home/node_modules/@sparticuz/chromium/bin/chromium.br" ] &&
    grep -q "\"version\": \"$wanted\"" "$home/node_modules/@sparticuz/chromium/package.json"
}
if installed; then
  exit 0
fi

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "No Chrome or Chromium was found, and the bundled one is for Linux on x64 only." >&2
  echo "Install Google Chrome or Chromium, or set DENIDIN_WHATSAPP_BROWSER_PATH." >&2
  exit 1
fi

# Concurrent runs would overwrite each other's files; the system releases the lock even if a run is killed.
if command -v flock >/dev/null && [ -z "${ENSURE_BROWSER_LOCKED:-}" ]; then
  ENSURE_BROWSER_LOCKED=1 exec flock "$home" "$0"
fi
echo "Installing the bundled browser for WhatsApp (about 70 MB, once) ..." >&2
cd "$home"
# npm looks for its global npmrc (a mirror, a certificate) beside the Node that runs it, so it must not be the one of node_modules.
others=$(printf '%s' ":$PATH:" | sed "s|:$root/node_modules/.bin:|:|g; s|^:||; s|:\$||")
if (PATH=$others && command -v node) >/dev/null; then
  PATH=$others
  export PATH
fi
npm ci --no-audit --no-fund --loglevel=error >&2
