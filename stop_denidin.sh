#!/bin/sh
# Stops a running DeniDin: it finishes what it is answering, then ends; this waits for it.
# Usage: ./stop_denidin.sh [--json | --help]
set -eu

case ${1:-} in
  --help | -h)
    sed -n '2,3s/^# //p' "$0"
    exit 0
    ;;
esac

root=$(dirname -- "$(readlink -f -- "$0")")
case ${DENIDIN_CONFIG:-/} in
  /*) ;;
  *) DENIDIN_CONFIG=$PWD/$DENIDIN_CONFIG && export DENIDIN_CONFIG ;;
esac
cd -- "$root"
exec bin/denidin stop "$@"
