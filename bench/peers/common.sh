# Sourced by compare.sh and the peers' scripts: starts a server, measures it and ends it by its own pid.
# Needs $work (a temporary folder), $bin (our programs), $out (JSON lines go there).

peer_pid=

# start_peer LOG COMMAND...: runs it in the background; ended by stop_peer.
start_peer() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 &
  peer_pid=$!
}

stop_peer() {
  [[ -n $peer_pid ]] || return 0
  kill "${1:--TERM}" "$peer_pid" 2>/dev/null || true
  wait "$peer_pid" 2>/dev/null || true
  peer_pid=
}

# await_peer COMMAND...: until it succeeds, 60 s at most.
await_peer() {
  local i
  for ((i = 0; i < 600; ++i)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$peer_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "compare: the peer did not start" >&2
  return 1
}

# free_port: a port of the loopback that nobody listens on now.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# cpu_seconds PID: user and system, without children.
cpu_seconds() { awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); printf "%.2f", ($12 + $13) / hz}' "/proc/$1/stat"; }
peak_mib() { awk '/^VmHWM/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
bytes_of() { du -s --block-size=1 "$1" | cut -f1; }

# record SYSTEM WORK JSON: one run's values, a flat object.
record() { printf '{"system":"%s","work":"%s","values":%s}\n' "$1" "$2" "$3" | tee -a "$out" >&2; }

# record_bytes SYSTEM WORK BYTES ROWS: what the rows take on the disk.
record_bytes() {
  record "$1" "$2" "$(awk -v b="$3" -v r="$4" 'BEGIN {printf "{\"disk_bytes_per_row\":%.3f}", b / r}')"
}

# expect WHAT GOT WANTED
expect() {
  [[ $2 == "$3" ]] && return 0
  echo "compare: $1 is $2, expected $3" >&2
  return 1
}
