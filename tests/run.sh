#!/usr/bin/env bash
# Installs what is missing, builds and runs every test that belongs to one run:
#
#   asan     unit and integration tests under AddressSanitizer and UBSan
#   tsan     the rooms without gRPC and RocksDB under ThreadSanitizer (a gRPC binary would report
#            the uninstrumented library's own, STYLE 10.3)
#   release  unit, integration and crash tests on what is shipped
#
# Not here, because they take longer than a change should wait: fuzzing, clang-tidy, the long
# crash campaign and the benchmarks. Those are in tests/long.sh.
#
# Usage: tests/run.sh [asan|tsan|release]...   (all three, in this order, by default)
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s == %s\n' "$(date +%H:%M:%S)" "$*"; }
started=$SECONDS

say "packages"
deploy/install-packages.sh deploy/packages.txt tests/packages.txt

jobs=$(nproc)
# Let a clone elsewhere use what was compiled here, also with precompiled headers.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$jobs}
failed=()

run_preset() {  # preset, ctest arguments...
  local preset=$1
  shift
  say "$preset: configure and build"
  cmake --preset "$preset" --log-level=WARNING
  cmake --build --preset "$preset" -- -k 0 --quiet
  say "$preset: test"
  ctest --preset "$preset" "$@" || failed+=("$preset")
}

for preset in "${@:-asan tsan release}"; do
  for name in $preset; do
    case $name in
      asan) run_preset asan -LE crash ;;
      tsan) run_preset tsan ;;
      release) run_preset release ;;
      *) echo "unknown preset \"$name\", expected asan, tsan or release" >&2; exit 2 ;;
    esac
  done
done

if ((${#failed[@]} > 0)); then
  # Once more at the end, where they are seen: the last stage's summary hides an earlier one's.
  for preset in "${failed[@]}"; do sed "s|^|failed in $preset: |" "build/$preset/Testing/Temporary/LastTestsFailed.log" >&2; done
  echo "failed: ${failed[*]}, after $((SECONDS - started)) s" >&2
  exit 1
fi
