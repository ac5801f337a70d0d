#!/usr/bin/env bash
# Glutwatch beside PostgreSQL, VictoriaMetrics and ClickHouse on the same rows in one go; prints the table of
# docs/performance.md. One run of a peer is one run of each of its works on fresh data; medians are reported.
# Run it on a quiet machine. Builds nothing and installs nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  cat <<'TEXT'
Usage: bench/compare.sh [--bin DIR] [--out DIR] [--runs N] [--only NAMES] [--restart] [--quick]

  --bin DIR     folder of our programs (build/release/bin)
  --out DIR     where the figures and table.md go (build/compare)
  --runs N      runs of everything (3)
  --only NAMES  of limits,glutwatch,postgres,victoriametrics,clickhouse; figures of the others that are in
                --out already are used again
  --restart     also the restart with 100 M rows, once (many minutes, 10 GB)
  --quick       a smoke test with a twentieth of the markets, one run: not a figure

Examples:
  bench/compare.sh
  bench/compare.sh --only postgres,glutwatch --runs 5 --out /srv/compare
  bench/compare.sh --quick
TEXT
}

bin=$here/../build/release/bin out_dir=$here/../build/compare runs=3 quick= restart=
only=limits,glutwatch,postgres,victoriametrics,clickhouse
while (($#)); do
  case $1 in
    --bin) bin=$2 && shift ;;
    --out) out_dir=$2 && shift ;;
    --runs) runs=$2 && shift ;;
    --only) only=$2 && shift ;;
    --restart) restart=1 ;;
    --quick) quick=1 runs=1 ;;
    -h | --help) usage && exit 0 ;;
    *) echo "compare: unknown argument \"$1\"; see --help" >&2 && exit 2 ;;
  esac
  shift
done
bin=$(realpath "$bin")
mkdir -p "$out_dir"
out_dir=$(realpath "$out_dir")

wanted() { [[ ,$only, == *,$1,* ]]; }
for name in ${only//,/ }; do
  case $name in
    limits | glutwatch | postgres | victoriametrics | clickhouse) ;;
    *) echo "compare: unknown name \"$name\" in --only; see --help" >&2 && exit 2 ;;
  esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/glutwatch-compare-XXXXXX")
. "$here/peers/common.sh"
. "$here/peers/postgres.sh"
. "$here/peers/victoriametrics.sh"
. "$here/peers/clickhouse.sh"
trap 'stop_peer; rm -rf "$work"' EXIT

# What is missing is named, with the line that installs it, and left out.
missing=()
absent() { echo "compare: no $1 here, its rows will be absent" >&2 && missing+=("$2"); }
has_postgres=1 has_victoriametrics=1 has_clickhouse=1
[[ -x $pg_bin/postgres ]] || { has_postgres= && absent PostgreSQL postgresql-15; }
[[ -x $bin/peer_postgres ]] || { has_postgres= && absent "$bin/peer_postgres (build again with libpq-dev)" libpq-dev; }
command -v victoria-metrics >/dev/null || { has_victoriametrics= && absent VictoriaMetrics victoria-metrics; }
command -v clickhouse-server >/dev/null || { has_clickhouse= && absent ClickHouse clickhouse-server; }
((${#missing[@]} == 0)) || echo "compare: apt-get install --no-install-recommends ${missing[*]}" >&2
for program in store_bench limits_bench feed_text peer_http; do
  [[ -x $bin/$program ]] || { echo "compare: there is no $bin/$program; see --help" >&2 && exit 2; }
done

daily_markets=2000 backfill_markets=100 upsert_rows=1000000 query_times=300
[[ -z $quick ]] || { daily_markets=100 backfill_markets=5 upsert_rows=100000 query_times=20; }
daily_rows=$((daily_markets * 250 * 10)) backfill_rows=$((backfill_markets * 50 * 1000))

text() { "$bin/feed_text" "$1" "$2" "$3" "$4" >"$work/$1-$2.$3"; }
# The rows as text, for the peers that are asked for and are there.
prepare() {
  if wanted postgres && [[ -n $has_postgres ]]; then
    text daily day csv $daily_markets
    text backfill series csv $backfill_markets
    text backfill day csv $backfill_markets
  fi
  if wanted clickhouse && [[ -n $has_clickhouse ]]; then
    text daily day market-csv $daily_markets
    text backfill series market-csv $backfill_markets
    text backfill day market-csv $backfill_markets
    head -n $((upsert_rows / 5)) "$work/daily-day.market-csv" >"$work/daily-some.market-csv"
  fi
  if wanted victoriametrics && [[ -n $has_victoriametrics ]]; then
    text daily day line $daily_markets
    head -n $((daily_markets * 250)) "$work/daily-day.line" >"$work/daily-first.line"
    tail -n +$((daily_markets * 250 + 1)) "$work/daily-day.line" >"$work/daily-rest.line"
    rm "$work/daily-day.line"
    text backfill day line $backfill_markets
  fi
}

# run_peer NAME: its runs, in place of those that are in --out.
run_peer() {
  local has=has_$1 i
  wanted "$1" && [[ -n ${!has} ]] || return 0
  out=$out_dir/$1.jsonl
  : >"$out"
  for ((i = 1; i <= runs; ++i)); do
    echo "compare: $1, run $i of $runs, load $(cut -d' ' -f1-3 /proc/loadavg)" >&2
    "run_$1"
  done
}

prepare
if wanted limits; then
  "$bin/limits_bench" --runs "$runs" ${quick:+--quick} --folder "$work" --json "$out_dir/limits.jsonl" >&2
fi
run_peer postgres
run_peer victoriametrics
run_peer clickhouse
if wanted glutwatch; then
  "$bin/store_bench" --runs "$runs" ${quick:+--quick} ${quick:+--queries 20 --batches 100} --folder "$work" \
    --json "$out_dir/glutwatch.jsonl" >&2
  [[ -z $restart ]] || "$bin/store_bench" restart --runs 1 ${quick:+--quick} --folder "$work" --json "$out_dir/restart.jsonl" >&2
fi
python3 "$here/compare_table.py" "$out_dir" ${quick:+--quick} | tee "$out_dir/table.md"
