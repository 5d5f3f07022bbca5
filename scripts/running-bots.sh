#!/bin/sh
# Lists the bots that run from this folder, one per line: process id, start time, and the file that DENIDIN_CONFIG named
# ("-" if it was not set), separated by tabs. It reads the process table and keeps no records, so that neither a
# changed configuration nor a crash, a reboot or a reused process id can mislead it. Needs no Node.
# Usage: scripts/running-bots.sh [--mine] [--ps]
#   --mine  only the bots of the configuration in use: those started with the same file, or, like this call, without
#           DENIDIN_CONFIG in their environment, regardless of the present .env and configuration
#   --ps    uses `ps` even if /proc exists
set -eu

if [ "${1:-}" = --help ]; then
  sed -n '2,9s/^# //p' "$0"
  exit 0
fi

root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
main=$root/src/main.ts

# Normalises the name of a file; a relative name is relative to the folder of DeniDin.
absolute() {
  case $1 in
    /*) file=$1 ;;
    *) file=$root/$1 ;;
  esac
  readlink -f -- "$file" 2>/dev/null || printf '%s\n' "$file"
}

named_by_env_file() {
  mark=$(printf '\357\273\277') return=$(printf '\r')
  sed -n -e "s/^$mark//" -e "s/$return\$//" \
    -e 's/^[[:space:]]*\(export[[:space:]][[:space:]]*\)\{0,1\}DENIDIN_CONFIG[[:space:]]*[=:][[:space:]]*//p' \
    "$root/.env" 2>/dev/null | tail -n 1 | sed -e 's/[[:space:]]*$//' -e "s/^\([\"']\)\(.*\)\1\$/\2/"
}

# pid, start time and configuration of each process whose program is Node and whose arguments include DeniDin's main.ts.
from_proc() {
  grep -lFs -- "$main" /proc/[0-9]*/cmdline 2>/dev/null | while IFS= read -r file; do
    folder=${file%/cmdline}
    arguments=$(tr '\0' '\n' 2>/dev/null <"$file") || continue
    program=$(printf '%s\n' "$arguments" | sed -n 1p)
    case ${program##*/} in
      node*) ;;
      *) continue ;;
    esac
    printf '%s\n' "$arguments" | grep -qxF -- "$main" || continue
    config=$(printf '%s\n' "$arguments" | sed -n 's/^--configuration=//p')
    [ -n "$config" ] || config=$(tr '\0' '\n' 2>/dev/null <"$folder/environ" | sed -n 's/^DENIDIN_CONFIG=//p') || :
    # Field 22, counted from the end of the program's name, which may contain any characters.
    started=$(sed 's/.*) //' "$folder/stat" 2>/dev/null | cut -d ' ' -f 20) || continue
    [ -n "$started" ] && printf '%s\t%s\t%s\n' "${folder#/proc/}" "$started" "${config:--}"
  done
}

from_ps() {
  LC_ALL=C ps -axww -o pid= -o lstart= -o command= | MAIN=$main awk '
    {
      started = $2 "-" $3 "-" $4 "-" $5 "-" $6
      # The command follows the five words of the time; the path of its program may contain spaces.
      command = $0
      for (word = 1; word <= 6; word++) sub(/^ *[^ ]+ +/, "", command)
      at = index(command, " " ENVIRON["MAIN"])
      if (at == 0) next
      program = substr(command, 1, at - 1)
      sub(/ -.*/, "", program)
      sub(/.*\//, "", program)
      if (program !~ /^node/) next
      rest = substr(command, at + 1 + length(ENVIRON["MAIN"]))
      config = "-"
      if (rest != "" && sub(/^ --configuration=/, "", rest)) config = rest
      else if (rest !~ /^( .*)?$/) next
      printf "%s\t%s\t%s\n", $1, started, config
    }'
}

mine=
source=from_ps
[ -r /proc/self/cmdline ] && source=from_proc
for option; do
  case $option in
    --mine) mine=yes ;;
    --ps) source=from_ps ;;
    *) echo "running-bots.sh does not know '$option'." >&2 && exit 2 ;;
  esac
done

default_config=$(named_by_env_file)
default_config=$(absolute "${default_config:-config/config.json}")
wanted=$default_config
[ -z "${DENIDIN_CONFIG:-}" ] || wanted=$(absolute "$DENIDIN_CONFIG")

tab=$(printf '\t')
$source | while IFS=$tab read -r pid started config; do
  [ "$config" = - ] || config=$(absolute "$config")
  if [ -n "$mine" ] && [ "$config" != "$wanted" ]; then
    { [ "$config" = - ] && [ "$wanted" = "$default_config" ]; } || continue
  fi
  printf '%s\t%s\t%s\n' "$pid" "$started" "$config"
done
