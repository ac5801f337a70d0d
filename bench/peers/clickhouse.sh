# One run of ClickHouse (MergeTree). Sourced by compare.sh. Parts are written through the page cache: no
# fsync and no log per insert. CSV over HTTP, 100,000 rows an insert, 2 connections.

ch_start() {
  local folder=$work/ch port tcp
  rm -rf "$folder" && mkdir -p "$folder/data" "$folder/tmp" "$folder/files"
  port=$(free_port) tcp=$(free_port)
  ch_url=http://127.0.0.1:$port
  cat >"$folder/users.xml" <<TEXT
<yandex><profiles><default><max_memory_usage>8000000000</max_memory_usage><log_queries>0</log_queries></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas></yandex>
TEXT
  cat >"$folder/config.xml" <<TEXT
<yandex><logger><level>warning</level><log>$folder/log</log><errorlog>$folder/errors</errorlog></logger>
<http_port>$port</http_port><tcp_port>$tcp</tcp_port><listen_host>127.0.0.1</listen_host><max_connections>256</max_connections>
<uncompressed_cache_size>0</uncompressed_cache_size><mark_cache_size>268435456</mark_cache_size>
<path>$folder/data/</path><tmp_path>$folder/tmp/</tmp_path><user_files_path>$folder/files/</user_files_path><format_schema_path>$folder/files/</format_schema_path>
<users_config>$folder/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database></yandex>
TEXT
  start_peer "$work/ch.log" clickhouse-server --config-file="$folder/config.xml"
  await_peer curl -sf "$ch_url/"
  ch_sql "CREATE TABLE feed(market UInt32, product UInt32, day Date, lo Float32, av Float32, hi Float32, vol Float32)
    ENGINE=MergeTree PARTITION BY toYear(day) ORDER BY (product, market, day)"
}
ch_sql() { curl -sf "$ch_url/" -d "$1"; }
ch_load() { "$bin/peer_http" load "$ch_url/?query=INSERT%20INTO%20feed%20FORMAT%20CSV" "$1" "$2" "$3"; }

# ch_ingest WORK FILE ROWS: the server is left running.
ch_ingest() {
  local partition
  ch_start
  record clickhouse "$1" "$(ch_load "$2" 100000 2)"
  for partition in $(ch_sql "SELECT DISTINCT partition FROM system.parts WHERE table = 'feed' AND active"); do
    ch_sql "OPTIMIZE TABLE feed PARTITION $partition FINAL"
  done
  expect "ClickHouse's count of rows" "$(ch_sql 'SELECT count() FROM feed')" "$3"
  record clickhouse "$1" "{\"server_cpu_s\":$(cpu_seconds "$peer_pid"),\"server_peak_mib\":$(peak_mib "$peer_pid")}"
  record_bytes clickhouse "$1" "$(ch_sql "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'feed' AND active")" "$3"
}

run_clickhouse() {
  ch_ingest daily "$work/daily-day.market-csv" "$daily_rows"
  stop_peer
  ch_start
  record clickhouse one_batch "$(ch_load "$work/daily-some.market-csv" 1000 1)"
  stop_peer
  ch_ingest backfill_series "$work/backfill-series.market-csv" "$backfill_rows"
  stop_peer
  ch_ingest backfill_day "$work/backfill-day.market-csv" "$backfill_rows"
  ch_query() {
    local text
    text=$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1], safe="{}"))' "$2")
    record clickhouse "query_$1" "$("$bin/peer_http" query "$ch_url/?query=$text" "$query_times" "$backfill_markets" 50)"
  }
  ch_query a "SELECT day, lo, av, hi, vol FROM feed WHERE market = {m} AND product = {p} AND day >= '2025-01-01' ORDER BY day"
  ch_query b "SELECT market, day, av FROM feed WHERE product = {p}"
  ch_query b_all "SELECT market, day, lo, av, hi, vol FROM feed WHERE product = {p}"
  ch_query c "SELECT market, argMax(av, day), max(day) FROM feed WHERE product = {p} GROUP BY market"
  ch_query d "SELECT day, avg(av) FROM feed WHERE product = {p} GROUP BY day ORDER BY day"
  stop_peer
  rm -rf "$work/ch"
}
