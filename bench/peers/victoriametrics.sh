# One run of VictoriaMetrics. Sourced by compare.sh. It has no write-ahead log: rows are acknowledged from
# memory and reach the disk within a few seconds. InfluxDB line protocol, 5,000 rows a request, 2 connections.

vm_start() {
  rm -rf "$work/vm"
  vm_url=http://127.0.0.1:$(free_port)
  start_peer "$work/vm.log" victoria-metrics -storageDataPath="$work/vm" -retentionPeriod=100y \
    -httpListenAddr="${vm_url#http://}" -search.latencyOffset=0s -search.maxUniqueTimeseries=1000000
  await_peer curl -sf "$vm_url/health"
}
vm_metric() { curl -s "$vm_url/metrics" | awk -v name="$1" 'index($0, name) == 1 {s += $2} END {printf "%d", s}'; }
vm_load() { "$bin/peer_http" load "$vm_url/write?precision=s" "$1" 5000 2; }

# vm_settle WORK ROWS: everything on disk and merged.
vm_settle() {
  curl -s "$vm_url/internal/force_flush"
  curl -s "$vm_url/internal/force_merge"
  sleep 1
  local i
  for ((i = 0; i < 240; ++i)); do
    [[ $(vm_metric vm_active_merges) == 0 ]] && break
    sleep 0.5
  done
  expect "VictoriaMetrics' count of values" "$(vm_metric vm_rows_inserted_total)" $(($2 * 4))
  record victoriametrics "$1" "{\"server_cpu_s\":$(cpu_seconds "$peer_pid"),\"server_peak_mib\":$(peak_mib "$peer_pid")}"
  record_bytes victoriametrics "$1" "$(bytes_of "$work/vm")" "$2"
}

# The first day brings every series; the others are warm.
vm_daily() {
  local cold warm
  vm_start
  cold=$(vm_load "$work/daily-first.line")
  warm=$(vm_load "$work/daily-rest.line")
  record victoriametrics daily_cold "$cold"
  record victoriametrics daily_warm "$warm"
  record victoriametrics daily "$(python3 -c 'import json, sys
cold, warm = (json.loads(text) for text in sys.argv[1:])
rows = cold["rows"] + warm["rows"]
seconds = cold["rows"] / cold["rows_per_s"] + warm["rows"] / warm["rows_per_s"]
print(json.dumps({"rows_per_s": round(rows / seconds)}))' "$cold" "$warm")"
  vm_settle daily "$daily_rows"
  stop_peer
}

run_victoriametrics() {
  vm_daily
  vm_start
  record victoriametrics backfill_day "$(vm_load "$work/backfill-day.line")"
  vm_settle backfill_day "$backfill_rows"
  local end=1767139200  # 2025-12-31
  local start=$((end - 999 * 86400)) year=$((end - 364 * 86400))
  local range="$vm_url/api/v1/query_range?nocache=1&step=1d"
  vm_query() { record victoriametrics "query_$1" "$("$bin/peer_http" query "$2" "$query_times" "$backfill_markets" 50)"; }
  vm_query a "$range&start=$year&end=$end&query=%7Bm%3D%22{m}%22%2Cp%3D%22{p}%22%7D"
  vm_query b "$range&start=$start&end=$end&query=price_av%7Bp%3D%22{p}%22%7D"
  vm_query c "$vm_url/api/v1/query?nocache=1&time=$end&query=last_over_time%28price_av%7Bp%3D%22{p}%22%7D%5B30d%5D%29"
  vm_query d "$range&start=$start&end=$end&query=avg%28price_av%7Bp%3D%22{p}%22%7D%29"
  stop_peer
  rm -rf "$work/vm"
}
