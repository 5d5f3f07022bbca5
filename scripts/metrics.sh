#!/bin/sh
# Prints the figures of DeniDin as JSON: experiences (memories), vectors, db_size_mb, and every metric. Works while the
# bot runs and while it does not.
# Usage: scripts/metrics.sh [--format prometheus]
set -eu

case ${1:-} in
  --help | -h) sed -n '2,4s/^# //p' "$0" && exit 0 ;;
  --format) exec "$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")/bin/denidin" metrics "$@" ;;
esac
exec "$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")/bin/denidin" metrics --json "$@"
