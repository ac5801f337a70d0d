#!/usr/bin/env bash
# The campaigns that take longer than a change should wait. Each has its own time limit and prints
# its figures; none of them is needed for CI.
#
# Usage: tests/long.sh [fuzz|tidy|crash|damage|backup|overload|bench]...   (all of them by default)
#   FUZZ_SECONDS   per target (600)     CRASH_KILLS    kills in the crash campaign (5000)
#   DAMAGE_TRIALS  damaged copies of each store (20000)
#   FAULT_POINTS   points of a life at which an fsync or an append fails (400)
#   ARRIVAL_CASES  histories that arrive in another order (100000)
#   STORE_KILLS    kills of a process that appends to a store (2000)
#   BACKUP_KILLS   kills of a backup, and as many of a restore (300)
#   BENCH_RUNS     runs of the comparison with the peers, on a quiet machine (a smoke test if unset)
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

fuzz() {
  local seconds=${FUZZ_SECONDS:-600}
  cmake --preset fuzz --log-level=WARNING
  cmake --build --preset fuzz -- --quiet
  for target in build/fuzz/bin/*_fuzz; do
    local name corpus
    name=$(basename "$target")
    corpus=build/fuzz/corpus/$name
    mkdir -p "$corpus"
    echo "== fuzz $name for $seconds s"
    "$target" -max_total_time="$seconds" -rss_limit_mb=4096 -print_final_stats=1 \
      "$corpus" "tests/fuzz/corpus/$name" 2>&1 | grep -E '^stat::|SUMMARY|ERROR' || true
    test -z "$(find . -maxdepth 1 -name 'crash-*' -o -maxdepth 1 -name 'oom-*' -o -maxdepth 1 -name 'timeout-*')"
  done
}

tidy() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release -- --quiet
  git ls-files 'base/*.cc' 'forecast/*.cc' 'ingest/*.cc' 'server/*.cc' 'client/*.cc' |
    timeout 7200 xargs -P "$jobs" -n 4 clang-tidy-14 -p build/release --quiet
}

crash() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release -- --quiet
  GLUTWATCH_CRASH_KILLS=${CRASH_KILLS:-5000} GLUTWATCH_BIN=$PWD/build/release/bin \
    timeout 21600 python3 tests/crash/crash_test.py
}

# Each prints its seed; GLUTWATCH_{DAMAGE,FAULT,ARRIVAL}_SEED repeat it. In memory, where there is
# some: an fsync there takes no time.
damage() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release --target storage_test storage_crash_test -- --quiet
  local scratch=${TMPDIR:-/tmp}
  if [[ -d /dev/shm && -w /dev/shm ]]; then scratch=/dev/shm; fi
  TMPDIR=$scratch GLUTWATCH_DAMAGE_TRIALS=${DAMAGE_TRIALS:-20000} \
    GLUTWATCH_FAULT_POINTS=${FAULT_POINTS:-400} GLUTWATCH_ARRIVAL_CASES=${ARRIVAL_CASES:-100000} \
    timeout 21600 build/release/bin/storage_test \
    --gtest_filter='DamageCampaignTest.*:FaultSweepTest.*:ArrivalOrderTest.*'
  GLUTWATCH_STORE_KILLS=${STORE_KILLS:-2000} timeout 7200 build/release/bin/storage_crash_test
}

backup() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release -- --quiet
  GLUTWATCH_BACKUP_KILLS=${BACKUP_KILLS:-300} GLUTWATCH_BIN=$PWD/build/release/bin \
    timeout 21600 python3 tests/integration/backup_test.py
}

# Up to ten times what the server can work: it goes on with four fifths of its peak, refuses the rest within 5 ms,
# and warnings are read beside it. It judges a clock, so it wants a quiet machine.
overload() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release --target overload_bench glutwatchd -- --quiet
  timeout 1800 build/release/bin/overload_bench --seconds 20 --least-goodput 0.8 --most-refusal-ms 5
}

# store_bench and limits_bench run beside the peers; without BENCH_RUNS only as a smoke test.
bench() {
  cmake --preset release --log-level=WARNING
  cmake --build --preset release -- --quiet
  local program
  for program in build/release/bin/*_bench; do
    case $(basename "$program") in store_bench | limits_bench | overload_bench) continue ;; esac
    echo "== $(basename "$program")"
    timeout 1800 "$program"
  done
  echo "== compare"
  if [[ -n ${BENCH_RUNS:-} ]]; then
    timeout 21600 bench/compare.sh --runs "$BENCH_RUNS" --restart
  else
    timeout 3600 bench/compare.sh --quick
  fi
}

for campaign in "${@:-fuzz tidy crash damage backup overload bench}"; do
  for name in $campaign; do
    case $name in
      fuzz | tidy | crash | damage | backup | overload | bench) "$name" ;;
      *) echo "unknown campaign \"$name\", expected fuzz, tidy, crash, damage, backup, overload or bench" >&2; exit 2 ;;
    esac
  done
done
