#!/usr/bin/env bash
# Installs the Debian packages of the given lists that are not there yet. Does nothing, quickly,
# if all of them are. A line "package|command" is content with the command, whoever installed it.
# Usage: install-packages.sh LIST...
set -euo pipefail

missing=()
while IFS='|' read -r package command; do
  if [[ -n $command ]] && command -v "$command" >/dev/null; then continue; fi
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@")

if ((${#missing[@]} == 0)); then
  echo "packages: all there"
  exit 0
fi
echo "packages: installing ${#missing[@]}: ${missing[*]}"
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "packages: need root (or sudo) to install them" >&2; exit 1; }
  exec sudo -- "$0" "$@"
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  echo "packages: apt-get failed:" >&2
  tail -n 25 "$log" >&2
  exit 1
fi
echo "packages: done"
