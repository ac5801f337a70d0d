#!/usr/bin/env python3
"""Prints the Markdown tables of docs/performance.md from the figures that compare.sh collected.

usage: compare_table.py FOLDER [--quick]
FOLDER holds JSON lines: glutwatch, restart and limits (of store_bench and limits_bench) and one file per peer.
Every figure is the median of its runs, with the least and the most."""
import json
import pathlib
import platform
import statistics
import sys
from dataclasses import dataclass

# What an acknowledgement means, by system.
DURABLE = {
    "postgres-copy": "yes, once: one transaction, WAL fsynced",
    "postgres-upsert": "yes: WAL fsynced with every batch",
    "postgres-unlogged": "no: lost in a crash",
    "victoriametrics": "no: in memory, on disk seconds later",
    "clickhouse": "no: page cache",
}
NAMES = {
    "postgres-copy": "PostgreSQL COPY",
    "postgres-upsert": "PostgreSQL upserts, 1,000 rows a transaction",
    "postgres-unlogged": "PostgreSQL COPY, unlogged table",
    "victoriametrics": "VictoriaMetrics",
    "clickhouse": "ClickHouse",
}


@dataclass(frozen=True)
class Row:
    """One piece of work: where its figure is, and whether more is better."""

    title: str
    work: str
    metric: str
    unit: str
    goal: str = ""
    more_is_better: bool = False
    peer_metric: str = ""
    peer_work: str = ""
    writes: bool = False  # whether it matters what an acknowledgement means
    otherwise: str = ""  # the work of a peer that has no figure for peer_work


RATE = {"metric": "rows_per_s", "unit": "M rows/s", "more_is_better": True, "writes": True}
ROWS = [
    Row("ingest DAILY, 10 days with their 500,000 new series", "daily", goal="≥ 3 (judging on)", **RATE),
    # Series are new to some only on the first day; for the others every day is like the second.
    Row("ingest DAILY, days 2 to 10", "daily_warm", goal="≥ 3 (judging on)", otherwise="daily", **RATE),
    Row("ingest DAILY, days 2 to 10, no judging meanwhile", "daily_unjudged_warm", goal="≥ 5", peer_work="-", **RATE),
    Row("ingest BACKFILL by series", "backfill_series", goal="≥ 5", **RATE),
    Row("ingest BACKFILL by day", "backfill_day", goal="≥ 5", **RATE),
    Row("one batch of 1,000 rows, idle server, p50", "one_batch_idle", "p50_ms", "ms", "≤ 1",
        peer_metric="batch_p50_ms", peer_work="one_batch", writes=True),
    Row("one batch of 1,000 rows, idle server, p99", "one_batch_idle", "p99_ms", "ms", "≤ 3",
        peer_metric="batch_p99_ms", peer_work="one_batch", writes=True),
    Row("one batch after the other, p50", "one_batch", "p50_ms", "ms", peer_metric="batch_p50_ms", writes=True),
    Row("(a) last year of one series, p50", "query_a", "p50_ms", "ms", "≤ 0.2"),
    Row("(b) 1,000 days x 100 markets, average price, p50", "query_b", "p50_ms", "ms", "≤ 3"),
    Row("(b) the same, all columns, p50", "query_b_all", "p50_ms", "ms"),
    Row("(c) newest price in 100 markets, p50", "query_c", "p50_ms", "ms", "≤ 0.3"),
    Row("(d) daily average over 100 markets, p50", "query_d", "p50_ms", "ms", "≤ 1"),
    Row("disk per row, DAILY, compacted", "daily", "compacted_bytes_per_row", "B", "≤ 10", peer_metric="disk_bytes_per_row"),
    Row("disk per row, BACKFILL, compacted", "backfill_day", "compacted_bytes_per_row", "B", "≤ 6",
        peer_metric="disk_bytes_per_row"),
    Row("memory at its peak, 500,000 live series", "daily", "server_peak_mib", "MiB", "≤ 1024"),
    Row("server CPU, DAILY, until idle", "daily", "server_cpu_until_idle_s", "s", peer_metric="server_cpu_s"),
    Row("ready after kill -9, 100 M rows on disk, 5 M in the journal", "restart", "ready_s", "s", "≤ 5", peer_work="-"),
]
# (what, our work and metric, the limit's work and metric, unit, whether more is better)
LIMITS = [
    ("ingest DAILY, days 2 to 10, of gRPC alone", "daily_warm", "limit_grpc", "rows_per_s", "M rows/s", True),
    ("ingest DAILY, days 2 to 10, of RocksDB with a key a row", "daily_warm", "limit_rocksdb_row_daily",
     "rows_per_s", "M rows/s", True),
    ("ingest BACKFILL by series, of RocksDB with packed chunks, fsynced", "backfill_series",
     "limit_rocksdb_packed_backfill", "rows_per_s", "M rows/s", True),
    ("one batch of 1,000 rows, p50, of gRPC alone", "one_batch_idle", "limit_grpc_one_batch", "p50_ms", "ms", False),
    ("one batch of 1,000 rows, p50, of one fdatasync", "one_batch_idle", "limit_fdatasync_4k", "p50_ms", "ms", False),
]


def read_lines(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def read_figures(folder):
    """{(system, work, metric): [runs]}; our own system is "glutwatch", limits are ours, too."""
    figures = {}
    for name in ("glutwatch", "restart", "limits"):
        for line in read_lines(folder / f"{name}.jsonl"):
            figures[("glutwatch", line["work"], line["metric"])] = line["runs"]
    for name in ("postgres", "victoriametrics", "clickhouse"):
        for line in read_lines(folder / f"{name}.jsonl"):
            for metric, value in line["values"].items():
                figures.setdefault((line["system"], line["work"], metric), []).append(value)
    return figures


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def cell(runs, unit):
    scaled = [run / 1e6 for run in runs] if unit == "M rows/s" else runs
    spread = f" [{number(min(scaled))}..{number(max(scaled))}]" if len(scaled) > 1 else ""
    return f"{number(statistics.median(scaled))}{spread}"


def ratio(ours, theirs, more_is_better):
    """How many times better we are: 2.0 means twice as fast, half the time, half the size."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    if min(mine, other) <= 0:
        return "-"
    return f"{number(mine / other if more_is_better else other / mine)} x"


def of_peer(figures, system, row):
    metric = row.peer_metric or row.metric
    return figures.get((system, row.peer_work or row.work, metric)) or figures.get((system, row.otherwise, metric))


def name_of(system, row):
    return NAMES[system] if row.writes else NAMES[system].split()[0]


def compare(figures):
    lines = ["| work | unit | goal | Glutwatch | peer | peer's | ratio | peer durable? |", "|---|---|---|---|---|---|---|---|"]
    for row in ROWS:
        ours = figures.get(("glutwatch", row.work, row.metric))
        mine = cell(ours, row.unit) if ours else "absent"
        # What is read or stored is the same whether a table is logged or not.
        peers = [(system, theirs) for system in NAMES
                 if (row.writes or system != "postgres-unlogged") and (theirs := of_peer(figures, system, row))]
        for system, theirs in peers or [(None, None)]:
            their = ["-"] * 4
            if system:
                their = [name_of(system, row), cell(theirs, row.unit),
                         ratio(ours, theirs, row.more_is_better) if ours else "-", DURABLE[system] if row.writes else "-"]
            lines.append("| " + " | ".join([row.title, row.unit, row.goal, mine, *their]) + " |")
    return lines


def shares(figures):
    lines = ["| work | unit | Glutwatch | the limit | share reached |", "|---|---|---|---|---|"]
    for title, work, limit, metric, unit, more_is_better in LIMITS:
        ours, bound = figures.get(("glutwatch", work, metric)), figures.get(("glutwatch", limit, metric))
        if not ours or not bound:
            continue
        mine, most = statistics.median(ours), statistics.median(bound)
        share = mine / most if more_is_better else most / mine
        lines.append(f"| {title} | {unit} | {cell(ours, unit)} | {cell(bound, unit)} | {share:.0%} |")
    return lines


def machine():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown")
    cores = len([1 for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])
    return f"{cores} x {model}, Linux {platform.release()}"


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    figures = read_figures(pathlib.Path(arguments[0]))
    if not figures:
        print(f"compare_table: no figures in {arguments[0]}", file=sys.stderr)
        return 1
    runs = max(len(values) for values in figures.values())
    print(f"Machine: {machine()}. Medians of up to {runs} runs, with the least and the most. A ratio above 1 is in "
          "Glutwatch's favour. Glutwatch's acknowledgements are fsynced.\n")
    if "--quick" in arguments:
        print("**A smoke test with a twentieth of the markets: the figures mean nothing.**\n")
    print("\n".join(compare(figures)) + "\n")
    print("\n".join(shares(figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
