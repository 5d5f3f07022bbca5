#!/bin/sh
# Installs what is missing, starts DeniDin in the background and returns when it is up.
# Usage: ./run_denidin.sh [--foreground | --demo | --help]
#   --foreground  stays attached to this terminal; ctrl-C stops DeniDin
#   --demo        a chat in this terminal with the offline model; needs no configuration, reads lines from a pipe too
# The configuration is config/config.json, or the file that DENIDIN_CONFIG names.
set -eu

root=$(dirname -- "$(readlink -f -- "$0")")

usage() {
  sed -n '2,6s/^# //p' "$root/run_denidin.sh"
}

refuse() {
  echo "run_denidin.sh does not know '$1'." >&2
  usage >&2
  exit 2
}

mode=background
case ${1:-} in
  '') ;;
  --foreground) mode=foreground ;;
  --demo) mode=demo ;;
  --help | -h) usage && exit 0 ;;
  *) refuse "$1" ;;
esac
[ $# -le 1 ] || refuse "$2"

case ${DENIDIN_CONFIG:-/} in
  /*) ;;
  *) DENIDIN_CONFIG=$PWD/$DENIDIN_CONFIG && export DENIDIN_CONFIG ;;
esac
cd -- "$root"

if [ "$mode" = demo ]; then
  scripts/install.sh
  DENIDIN_CONFIG=$root/config/demo.json
  export DENIDIN_CONFIG
  # What .env says is meant for the real DeniDin: its data and its models are not the demo's.
  export DENIDIN_DATA_ROOT="${DENIDIN_DATA_ROOT:-data_demo}" DENIDIN_LOGS_DIR="${DENIDIN_LOGS_DIR:-data_demo/logs}"
  export DENIDIN_AI_PROVIDER=offline DENIDIN_EMBEDDINGS_PROVIDER=offline DENIDIN_GODFATHER_PHONE=+10000000000
  export DENIDIN_FEATURE_FLAGS_ENABLE_MEMORY_SYSTEM=true DENIDIN_MEMORY_LONGTERM_ENABLED=true
  exec bin/denidin chat
fi

configured() {
  [ -n "${DENIDIN_CONFIG:-}" ] || [ -f config/config.json ] || grep -qs '^[^#]*DENIDIN_CONFIG' .env
}

if ! configured; then
  echo 'DeniDin has no configuration yet.' >&2
  echo 'Run bin/denidin setup, or copy config/config.example.json to config/config.json and fill in your number and your key.' >&2
  echo 'Then run ./run_denidin.sh again, or try ./run_denidin.sh --demo, which needs neither.' >&2
  exit 1
fi

# Never change the packages below a bot that runs: one that must be stopped first is refused before the installation.
running=$(scripts/running-bots.sh --mine | cut -f 1 | head -n 1)
node=$(command -v node || command -v node_modules/.bin/node) || node=false
if [ -n "$running" ] && ! "$node" scripts/is-installed.mjs; then
  echo "DeniDin is already running (pid $running). Stop it with ./stop_denidin.sh, then start again." >&2
  exit 1
fi

scripts/install.sh
PATH=$root/node_modules/.bin:$PATH
export PATH
# As in bin/denidin-bot: compiled code is kept for the next start.
if [ -w "$root/node_modules" ]; then
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/denidin}
  export NODE_COMPILE_CACHE
fi

# Two lines: the folder of the log, and whether a browser is needed. Says on stderr what is wrong with the settings,
# or that DeniDin is already running.
plan=$(node scripts/plan-start.ts)
logs_dir=$(printf '%s\n' "$plan" | sed -n 1p)
if [ "$(printf '%s\n' "$plan" | sed -n 2p)" = browser ]; then
  scripts/ensure-browser.sh
fi

# What DeniDin writes is for its owner alone.
umask 077

if [ "$mode" = foreground ]; then
  exec bin/denidin-bot
fi

# The output of the start: QR code, warnings, and why it failed, if it does. The log proper lies beside it.
echo 'Starting DeniDin …' >&2
# A log folder that cannot be written, or a full disk, keeps no one from starting: the output goes elsewhere then.
writable() {
  mkdir -p -- "$(dirname -- "$1")" 2>/dev/null && (echo >"$1") 2>/dev/null && [ -s "$1" ] && [ -f "$1" ] && : >"$1"
}
output=$logs_dir/startup.log
if ! writable "$output"; then
  for folder in "${TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm; do
    output=$(mktemp "$folder/denidin-startup.XXXXXX" 2>/dev/null) && writable "$output" && break
    output=/dev/null
  done
  echo "$logs_dir/startup.log cannot be written; what this start prints is in $output." >&2
fi
if command -v setsid >/dev/null 2>&1; then
  setsid nohup bin/denidin-bot </dev/null >>"$output" 2>&1 &
else
  nohup bin/denidin-bot </dev/null >>"$output" 2>&1 &
fi
pid=$!
trap 'echo; echo "DeniDin goes on starting in the background (pid $pid); ./stop_denidin.sh stops it."; exit 0' INT

shown=0
show_new() {
  lines=$(wc -l <"$output")
  if [ "$lines" -gt "$shown" ]; then
    sed -n "$((shown + 1)),${lines}p" "$output"
    shown=$lines
  fi
}

while kill -0 "$pid" 2>/dev/null; do
  show_new
  if grep -q '^DeniDin is up' "$output"; then
    show_new
    exit 0
  fi
  sleep 0.2
done
code=0
wait "$pid" || code=$?
show_new
echo "DeniDin did not start; see $output and denidin.log beside it." >&2
[ "$code" -ne 0 ] || code=1
exit "$code"
