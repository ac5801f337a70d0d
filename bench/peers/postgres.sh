# One run of PostgreSQL. Sourced by compare.sh. fsync, full_page_writes and synchronous_commit are on, so
# that a transaction is acknowledged when it is on disk; only "unlogged" gives that up. Over a Unix socket.
pg_bin=$(pg_config --bindir 2>/dev/null || ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)

# The server refuses to run as root.
pg_run() { if [[ $EUID -eq 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }
pg_sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 "$pg_conn" -c "$1"; }

pg_start() {
  local data=$work/pg/data
  pg_conn="host=$work/pg port=5432 dbname=postgres user=$([[ $EUID -eq 0 ]] && echo postgres || id -un)"
  mkdir -p "$work/pg" && chmod 711 "$work"
  [[ $EUID -ne 0 ]] || chown postgres "$work/pg"
  pg_run "$pg_bin/initdb" -D "$data" -A trust --no-sync >/dev/null
  pg_run tee -a "$data/postgresql.conf" >/dev/null <<TEXT
listen_addresses = ''
unix_socket_directories = '$work/pg'
shared_buffers = 2GB
max_wal_size = 16GB
checkpoint_timeout = 15min
work_mem = 64MB
maintenance_work_mem = 512MB
jit = off
TEXT
  # By way of its own pid: runuser's is not the server's.
  pg_run "$pg_bin/postgres" -D "$data" >"$work/pg.log" 2>&1 &
  local launcher=$!
  peer_pid=$launcher
  await_peer "$pg_bin/pg_isready" -q -h "$work/pg"
  peer_pid=$(head -n 1 "$data/postmaster.pid")
}

pg_stop() {
  kill -INT "$peer_pid" 2>/dev/null || true
  wait || true
  peer_pid=
  rm -rf "$work/pg"
}

# Processor seconds of the server, its children and those that it has reaped. A child may end meanwhile.
pg_cpu() {
  local child stats=("/proc/$peer_pid/stat")
  for child in $(cat /proc/"$peer_pid"/task/*/children); do stats+=("/proc/$child/stat"); done
  { cat "${stats[@]}" 2>/dev/null || true; } |
    awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); s += $12 + $13; if (NR == 1) s += $14 + $15} END {printf "%.2f", s / hz}'
}

# Writes the largest sum of its processes' shares of memory, in MiB, to $1, four times a second until killed
# or the server ends.
pg_watch_memory() {
  local most=0 now child
  while kill -0 "$peer_pid" 2>/dev/null; do
    sleep 0.25
    now=$(for child in "$peer_pid" $(cat /proc/"$peer_pid"/task/*/children 2>/dev/null); do
      awk '/^Pss:/ {print $2}' "/proc/$child/smaps_rollup" 2>/dev/null || true
    done | awk '{s += $1} END {printf "%d", s / 1024}')
    if ((now > most)); then
      most=$now
      echo "$most" >"$1"
    fi
  done
}

pg_table() {
  PGOPTIONS="-c client_min_messages=warning" pg_sql "DROP TABLE IF EXISTS feed"
  pg_sql "CREATE $1 TABLE feed(series int, day date, lo real, av real, hi real, vol real, PRIMARY KEY(series, day))"
  pg_sql CHECKPOINT
}

# pg_copy SYSTEM WORK KIND CSV ROWS: one transaction.
pg_copy() {
  local cpu begin end watcher
  pg_table "$3"
  cpu=$(pg_cpu)
  echo 0 >"$work/pg.peak"
  pg_watch_memory "$work/pg.peak" &
  watcher=$!
  begin=$(date +%s.%N)
  psql -X -q "$pg_conn" -c "COPY feed FROM STDIN CSV" <"$4"
  end=$(date +%s.%N)
  kill "$watcher"
  wait "$watcher" 2>/dev/null || true
  pg_sql CHECKPOINT
  expect "PostgreSQL's count of rows" "$(pg_sql 'SELECT count(*) FROM feed')" "$5"
  record "$1" "$2" "$(awk -v b="$begin" -v e="$end" -v n="$5" -v c0="$cpu" -v c1="$(pg_cpu)" -v m="$(cat "$work/pg.peak")" \
    'BEGIN {printf "{\"rows_per_s\":%.0f,\"server_cpu_s\":%.2f,\"server_peak_mib\":%d}", n / (e - b), c1 - c0, m}')"
  record_bytes "$1" "$2" "$(pg_sql "SELECT pg_total_relation_size('feed')")" "$5"
}

# pg_upsert SYSTEM WORK CSV ROWS BATCH CLIENTS
pg_upsert() {
  local result
  pg_table ""
  result=$("$bin/peer_postgres" upsert "$pg_conn" "$3" "$4" "$5" "$6")
  expect "PostgreSQL's count of rows" "$(pg_sql 'SELECT count(*) FROM feed')" "$4"
  record "$1" "$2" "$result"
}

run_postgres() {
  pg_start
  pg_copy postgres-unlogged daily UNLOGGED "$work/daily-day.csv" "$daily_rows"
  pg_copy postgres-copy daily "" "$work/daily-day.csv" "$daily_rows"
  pg_upsert postgres-upsert daily "$work/daily-day.csv" "$upsert_rows" 1000 2
  pg_upsert postgres-upsert one_batch "$work/daily-day.csv" "$upsert_rows" 1000 1
  pg_copy postgres-copy backfill_series "" "$work/backfill-series.csv" "$backfill_rows"
  pg_copy postgres-copy backfill_day "" "$work/backfill-day.csv" "$backfill_rows"
  pg_sql "CREATE TABLE s AS SELECT g series, g / 50 market, g % 50 product FROM generate_series(0, $backfill_markets * 50 - 1) g"
  pg_sql "ALTER TABLE s ADD PRIMARY KEY(series)"
  pg_sql "CREATE INDEX ON s(product)"
  pg_sql "CREATE INDEX ON s(market, product)"
  pg_sql "VACUUM ANALYZE feed"
  pg_sql "ANALYZE s"
  local query
  for query in a b b_all c d; do
    record postgres-copy "query_$query" "$("$bin/peer_postgres" query "$pg_conn" "$query" "$query_times" "$backfill_markets" 50)"
  done
  pg_stop
}
