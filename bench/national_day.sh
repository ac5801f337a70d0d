#!/usr/bin/env bash
# A simulated national day (500,000 series, one day) from the feed worker to the disk, over gRPC.
# One iteration: a fresh glutwatchd with default settings takes one day cold (it has to make every
# market, product and series first), then the next day warm. The clock is the worker's: from the first
# row to the last acknowledgement, which means "on disk". Run it on a quiet machine; builds nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'TEXT'
Usage: bench/national_day.sh [BIN [N]]

  BIN  folder of glutwatchd and glutwatch-ingest (build/release/bin)
  N    how often, each on a fresh store (5)
TEXT
}
case ${1:-} in -h | --help) usage; exit 0 ;; esac
bin=$(realpath "${1:-build/release/bin}") n=${2:-5}
goal_seconds=2 goal_mib=1024
for program in glutwatchd glutwatch-ingest; do
  [[ -x $bin/$program ]] || { echo "national_day: there is no $bin/$program; see --help" >&2; exit 2; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/glutwatch-national-day-XXXXXX")
daemon=
stop() {
  [[ -z $daemon ]] || { kill "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true; }
  daemon=
}
trap 'stop; rm -rf "$work"' EXIT

# Starts glutwatchd on a fresh store with every setting at its default, but the ports.
start() {
  rm -rf "$work/run" && mkdir "$work/run"
  cat >"$work/run/server.yaml" <<TEXT
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
http_listen: 127.0.0.1:0
data_dir: $work/run/data
address_file: $work/run/addresses
catalog_files: [$PWD/deploy/catalog/yunnan.yaml, $PWD/deploy/catalog/products.yaml]
rule_pack_file: $PWD/deploy/rules/yunnan-basic.yaml
TEXT
  "$bin/glutwatchd" --config "$work/run/server.yaml" 2>"$work/run/log" &
  daemon=$!
  for _ in $(seq 600); do
    [[ -f $work/run/addresses ]] && return
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/run/log" >&2
  echo "national_day: glutwatchd did not start" >&2
  exit 1
}

# Pushes one day; prints the worker's seconds. Fails unless all 500,000 rows were accepted.
push() {
  "$bin/glutwatch-ingest" run --feed simulate --national --until "$1" --create-missing --quiet -o json \
    --server "$(sed -n 's/^grpc=//p' "$work/run/addresses")" --state-dir "$work/run/state" >"$work/run/report"
  grep -q '"total":{"read":500000,"accepted":500000,' "$work/run/report" || { cat "$work/run/report" >&2; exit 1; }
  sed -n 's/.*"seconds":\([0-9.]*\).*/\1/p' "$work/run/report"
}
peak_mib() { awk '/^VmHWM/ {printf "%.0f", $2 / 1024}' "/proc/$daemon/status"; }
# Processor seconds that the server has used; on a busy machine they tell more than the clock.
cpu_seconds() { awk -v hz="$(getconf CLK_TCK)" '{print ($14 + $15) / hz}' "/proc/$daemon/stat"; }
median() { sort -n | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

echo "national day: 500,000 rows a day, $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg)"
printf '%4s %10s %10s %12s %10s\n' run "cold s" "warm s" "server CPU s" "peak MiB"
for ((i = 1; i <= n; ++i)); do
  start
  cold=$(push 2026-03-02)
  warm=$(push 2026-03-03)
  peak=$(peak_mib)
  printf '%4d %10s %10s %12s %10s\n' "$i" "$cold" "$warm" "$(cpu_seconds)" "$peak"
  echo "$cold" >>"$work/cold"
  echo "$warm" >>"$work/warm"
  echo "$peak" >>"$work/peak"
  stop
done
for what in cold warm; do
  seconds=$(median <"$work/$what")
  awk -v s="$seconds" -v g="$goal_seconds" -v what="$what" \
    'BEGIN {printf "median %s: %.2f s, %.0f rows/s, %.2f of the goal of %d s\n", what, s, 500000 / s, s / g, g}'
done
awk -v m="$(sort -n "$work/peak" | tail -n 1)" -v g="$goal_mib" \
  'BEGIN {printf "highest peak: %d MiB, %.2f of the goal of %d MiB\n", m, m / g, g}'
echo "load at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
