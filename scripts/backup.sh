#!/bin/sh
# Makes a backup of DeniDin, verifies it by a trial restore, and deletes backups whose time is over. Works while the bot
# runs and while it does not; ends with another code than 0 when anything fails. For your own cron, where the schedule of
# the bot is off (backup.scheduled).
# Usage: scripts/backup.sh [--type incremental|full|archive] [--include-login] [--include-logs] [--include-exports]
set -eu

if [ "${1:-}" = --help ]; then
  sed -n '2,5s/^# //p' "$0"
  exit 0
fi

denidin=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")/bin/denidin
"$denidin" backup create "$@"
"$denidin" backup verify
"$denidin" backup prune
