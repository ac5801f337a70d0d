#!/usr/bin/env bash
# The forecast core beside R's forecast on the same series in one run; prints a table with ratios.
# Needs r-cran-forecast (apt-get install --no-install-recommends r-cran-forecast). Builds nothing.
#
# Usage: bench/compare_forecast.sh [BIN]     (build/release/bin)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${1:-$here/../build/release/bin}
[[ $bin != -* ]] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0; }
[[ -x $bin/model_bench ]] || { echo "compare_forecast: there is no $bin/model_bench" >&2; exit 2; }
command -v Rscript >/dev/null || { echo "compare_forecast: there is no Rscript: apt-get install --no-install-recommends r-cran-forecast" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bin/model_bench" --benchmark_format=json --benchmark_repetitions=5 --benchmark_report_aggregates_only=true >"$work/ours.json"
Rscript "$here/peers/forecast.R" >"$work/theirs.txt"
python3 - "$work" <<'PYTHON'
import json, sys
work = sys.argv[1]
theirs = dict(line.split()[:2] for line in open(f"{work}/theirs.txt"))
print("| work | ours | R | ratio |\n|---|---|---|---|")
for run in json.load(open(f"{work}/ours.json"))["benchmarks"]:
    if run["aggregate_name"] != "median":
        continue
    name, unit = run["run_name"], run["time_unit"]
    ours = run["cpu_time"]
    if name in theirs:
        other = float(theirs[name])
        print(f"| {name[3:]} | {ours:.3f} {unit} | {other:.1f} ms | {other / ours:.0f} |")
    else:
        print(f"| {name[3:]} | {ours:.3f} {unit} | | |")
PYTHON
