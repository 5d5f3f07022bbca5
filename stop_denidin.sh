#!/bin/sh
# Stops a running DeniDin, which first finishes the replies in progress. Waits for its end, by default up to a minute.
# Usage: ./stop_denidin.sh [--timeout SECONDS] [--json | --help]
#   --timeout  how long to wait (default: 60); if DeniDin still runs after that, the exit code is 1
#   --json     prints JSON
# Needs neither a valid configuration nor installed packages, and finds the bot even after the configuration was changed.
set -eu

LOOK_SECONDS=0.2
QUIET_SECONDS=3

usage() {
  sed -n '3,6s/^# //p' "$0"
}

wrong_usage() {
  echo "stop_denidin.sh: $1" >&2
  usage >&2
  exit 2
}

json=
timeout=60
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --json) json=yes ;;
    --timeout)
      timeout=${2:-}
      [ $# -lt 2 ] || shift
      ;;
    --timeout=*) timeout=${1#*=} ;;
    *) wrong_usage "it does not know '$1'." ;;
  esac
  shift
done
case $timeout in
  '' | *[!0-9]*) wrong_usage '--timeout needs a number of seconds.' ;;
esac

root=$(dirname -- "$(readlink -f -- "$0")")
case ${DENIDIN_CONFIG:-/} in
  /*) ;;
  *) DENIDIN_CONFIG=$PWD/$DENIDIN_CONFIG && export DENIDIN_CONFIG ;;
esac
cd -- "$root"

fail() {
  if [ -n "$json" ]; then
    message=$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')
    printf '{"error":{"code":"%s","message":"%s","retryable":false}}\n' "$1" "$message" >&2
  else
    echo "$2" >&2
  fi
  exit 1
}

tab=$(printf '\t')
bots=$(scripts/running-bots.sh --mine)
others=
if [ -z "$bots" ]; then
  others=$(scripts/running-bots.sh)
  # Started with DENIDIN_CONFIG, stopped without: one bot in this folder can only be the one that is meant.
  if [ -z "${DENIDIN_CONFIG:-}" ] && [ "$(printf '%s' "$others" | grep -c '')" = 1 ]; then
    bots=$others
  fi
fi

if [ -z "$bots" ]; then
  if [ -n "$json" ]; then
    echo '{"was_running":false}'
  elif [ -z "$others" ]; then
    echo 'DeniDin is not running.'
  else
    running=$(printf '%s\n' "$others" | while IFS=$tab read -r pid _ config; do
      [ "$config" = - ] && printf ' Process %s runs without DENIDIN_CONFIG.' "$pid" && continue
      printf " Process %s runs with DENIDIN_CONFIG='%s'." "$pid" "$config"
    done)
    echo "DeniDin is not running with the configuration ${DENIDIN_CONFIG:-of this folder}.$running"
  fi
  exit 0
fi

# Whether a bot still runs. A process counts only with its start time: its number may be another's by now. One that has
# given up its memory has no command line any more, but may still hold the lock of the data. It holds nothing once it is
# a zombie without further threads, which the system may keep in its table for seconds.
runs() {
  if [ -r /proc/self/stat ]; then
    # State, number of threads, start time.
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 1,18,20)
    case $state in
      "Z 0 $2" | "Z 1 $2") return 1 ;;
      *" $2") return 0 ;;
      *) return 1 ;;
    esac
  else
    scripts/running-bots.sh | cut -f 1,2 | grep -qxF -- "$1$tab$2"
  fi
}

left() {
  printf '%s\n' "$bots" | while IFS=$tab read -r pid started _; do
    if runs "$pid" "$started"; then echo "$pid"; fi
  done
}

for pid in $(left); do
  kill -TERM "$pid" 2>/dev/null || {
    case " $(left | tr '\n' ' ') " in
      *" $pid "*) fail forbidden "DeniDin (process $pid) belongs to $(ps -o user= -p "$pid" 2>/dev/null || echo 'another user'): stop it as that user." ;;
    esac
  }
done

began=$(date +%s)
spoke=
while still=$(left) && [ -n "$still" ]; do
  waited=$(($(date +%s) - began))
  if [ "$waited" -ge "$timeout" ]; then
    fail timeout "DeniDin (process $(echo $still)) has not stopped within $timeout s; look into its log."
  fi
  if [ -z "$spoke" ] && [ "$waited" -ge "$QUIET_SECONDS" ]; then
    echo 'DeniDin finishes what is under way …' >&2
    spoke=yes
  fi
  sleep "$LOOK_SECONDS"
done

if [ -n "$json" ]; then
  pids=$(printf '%s\n' "$bots" | cut -f 1 | paste -s -d , -)
  case $pids in
    *,*) echo "{\"was_running\":true,\"pid\":${pids%%,*},\"pids\":[$pids]}" ;;
    *) echo "{\"was_running\":true,\"pid\":$pids}" ;;
  esac
else
  printf '%s\n' "$bots" | cut -f 1 | while IFS= read -r pid; do
    echo "DeniDin (process $pid) has stopped."
  done
fi
