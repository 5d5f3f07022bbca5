#!/bin/sh
# `denidin doctor` for an installation whose packages are missing or whose Node is too old: says which, and what helps.
# Needs neither Node nor packages. Exit code 1: there is a problem; 2: wrong usage.
# Usage: scripts/doctor-without-packages.sh [--fix] [--json] [--only CHECKS]
#   --fix  installs what is missing, then runs the whole doctor
set -eu

root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")

usage() {
  sed -n '4,5s/^# //p' "$0"
}

fix=
json=
only=
all=$*
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --fix) fix=yes ;;
    --json) json=yes ;;
    --only) only=yes ;;
    --only=*) only=yes ;;
    -*) echo "doctor: it does not know '$1'." >&2 && usage >&2 && exit 2 ;;
    *) [ -n "$only" ] || { echo "doctor: it does not know '$1'." >&2 && usage >&2 && exit 2; } ;;
  esac
  shift
done

if [ -n "$fix" ]; then
  "$root/scripts/install.sh"
  # shellcheck disable=SC2086 # the arguments are options and ids without blanks
  exec "$root/bin/denidin" doctor $all
fi

quoted() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}

# Prints one result: id, state, detail, remedy.
results=
show() {
  if [ -n "$json" ]; then
    [ -z "$results" ] || results="$results,"
    results="$results$(printf '{"id":"%s","name":"%s","severity":"critical","state":"%s","detail":"%s","remedy":"%s","repairable":true}' \
      "$1" "$1" "$2" "$(quoted "$3")" "$(quoted "$4")")"
  elif [ "$2" = ok ]; then
    echo "ok       $1: $3"
  else
    echo "PROBLEM  $1: Critical. $3"
    echo "         → $4"
  fi
}

remedy="Run \`$root/scripts/install.sh\`, or \`denidin doctor --fix\`."
version=$(node --version 2>/dev/null) || version=
major=$(printf '%s' "$version" | sed -n 's/^v\([0-9]*\)\..*/\1/p')
if [ -z "$version" ]; then
  show node down 'There is no Node on the PATH; DeniDin needs Node 24, and any Node from 20 on to install it.' \
    'Install Node from nodejs.org or the packages of your system, then run scripts/install.sh.'
elif [ "$major" -lt 20 ]; then
  show node down "Node $version is too old: DeniDin needs Node 24, and Node 20 to install it." \
    'Install Node 24 from nodejs.org, then run scripts/install.sh.'
elif [ "$major" -lt 24 ]; then
  show node down "Node $version is too old: DeniDin runs on Node 24, which its packages bring along." "$remedy"
else
  show node ok "Node $version." ''
fi
if [ -d "$root/node_modules" ]; then
  show packages down 'The packages are not complete: Node 24 is missing in node_modules.' "$remedy"
else
  show packages down 'The packages are not installed: there is no folder node_modules.' "$remedy"
fi
[ -z "$json" ] || printf '{"healthy":false,"versions":{},"checks":[%s]}\n' "$results"
exit 1
