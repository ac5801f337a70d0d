#!/usr/bin/env bash
# From a fresh Debian 12 to warnings on the screen: installs what is missing, builds, starts
# glutwatchd on an embedded store in ./var, feeds it, subscribes as an agency and prints the
# warnings as they come. Run again, it does no work twice.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
Usage: deploy/quickstart.sh [--once] [--feed NAME --input PATH [--mapping FILE]] [--fresh]

  --once          print the warnings, then stop with exit 0 (otherwise: stay up until Ctrl-C)
  --feed NAME     feed your own data: xinfadi, tw_moa, agmarknet, kalimati, wfp, generic
  --input PATH    the file, folder or URL to read with --feed
  --mapping FILE  what the columns mean, for --feed generic
  --fresh         throw ./var away first

Without --feed a simulated province is fed: it is marked 模拟/simulated on every screen.
TEXT
}

once=false fresh=false feed=simulate input= mapping=
while (($# > 0)); do
  case $1 in
    --once) once=true ;;
    --fresh) fresh=true ;;
    --feed | --input | --mapping)
      (($# > 1)) || { echo "quickstart: $1 needs a value; see --help" >&2; exit 2; }
      declare "${1#--}=$2"
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    *) echo "quickstart: unknown argument \"$1\"; see --help" >&2; exit 2 ;;
  esac
  shift
done
if [[ $feed == simulate ]]; then
  [[ -z $input ]] || { echo "quickstart: --input needs --feed" >&2; exit 2; }
elif [[ -z $input ]]; then
  echo "quickstart: --feed $feed needs --input PATH" >&2
  exit 2
elif [[ $input != *://* && ! -e $input ]]; then
  echo "quickstart: there is no $input" >&2
  exit 2
fi

step() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
die() { echo "quickstart: $*" >&2; exit 1; }

step "1/5 packages (deploy/packages.txt)"
deploy/install-packages.sh deploy/packages.txt

step "2/5 build (release, in build/release; the first time takes some minutes)"
if [[ ! -f build/release/CMakeCache.txt ]]; then
  cmake --preset release --log-level=WARNING -DGLUTWATCH_TESTS=OFF -DGLUTWATCH_BENCH=OFF
fi
cmake --build build/release --target glutwatchd glutwatch glutwatch-ingest
bin=$PWD/build/release/bin

var=$PWD/var
if $fresh; then rm -rf "$var"; fi
mkdir -p "$var"

step "3/5 start glutwatchd (store in var/data, log in var/glutwatchd.log)"
rm -f "$var/addresses"
"$bin/glutwatchd" --config deploy/config/quickstart.yaml --data-dir "$var/data" \
  --address-file "$var/addresses" >>"$var/glutwatchd.log" 2>&1 &
daemon=$!
watcher=
stop() {
  trap - EXIT INT TERM
  [[ -z $watcher ]] || kill "$watcher" 2>/dev/null || true
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" 2>/dev/null || true
}
trap stop EXIT
trap 'stop; exit 130' INT TERM
for _ in $(seq 600); do
  [[ -f $var/addresses ]] && break
  kill -0 "$daemon" 2>/dev/null || { tail -n 5 "$var/glutwatchd.log" >&2; die "glutwatchd did not start"; }
  sleep 0.1
done
[[ -f $var/addresses ]] || die "glutwatchd was not ready within a minute; see var/glutwatchd.log"
server=$(sed -n 's/^grpc=//p' "$var/addresses")
export GLUTWATCH_SERVER=$server
sed 's/^/   /' "$var/addresses"

step "4/5 subscribe as an agency: glutwatch warnings watch"
"$bin/glutwatch" warnings watch --cursor-file "$var/agency.cursor" &
watcher=$!

step "5/5 feed: $feed"
common=(--server "$server" --state-dir "$var/ingest" --create-missing)
if [[ $feed == simulate ]]; then
  "$bin/glutwatch-ingest" run --feed simulate --counties 20 --products 12 --years 4 "${common[@]}"
  "$bin/glutwatch-ingest" reports --weeks 26 --server "$server"
else
  "$bin/glutwatch-ingest" run --feed "$feed" --input "$input" ${mapping:+--mapping "$mapping"} "${common[@]}"
fi
for _ in $(seq 120); do  # until everything that was fed is judged
  "$bin/glutwatch" -o json status | grep -Eq '"judging_lag_ms": *0[,}]' && break
done
sleep 1  # the subscriber's last frames

step "warnings in force"
"$bin/glutwatch" warnings list --state in_force

if $once; then
  stop
  exit 0
fi
cat <<TEXT

glutwatchd stays up until Ctrl-C. In another terminal, with GLUTWATCH_SERVER=$server:
   build/release/bin/glutwatch status
   build/release/bin/glutwatch warnings explain NAME
   build/release/bin/glutwatch prices latest --region 532930
   build/release/bin/glutwatch forecast series/1 --days 28
   build/release/bin/glutwatch reports due --state late
TEXT
wait "$watcher" "$daemon"
