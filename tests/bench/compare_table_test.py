#!/usr/bin/env python3
"""The tables of bench/compare.sh say what the figures say."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TABLE = pathlib.Path(__file__).resolve().parents[2] / "bench" / "compare_table.py"


def ours(work, metric, *runs):
    return json.dumps({"work": work, "metric": metric, "runs": runs})


def theirs(system, work, **values):
    return json.dumps({"system": system, "work": work, "values": values})


class CompareTableTest(unittest.TestCase):
    def table(self, files, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            for name, lines in files.items():
                (pathlib.Path(folder) / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
            done = subprocess.run([sys.executable, TABLE, folder, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

    def rows(self, text, title):
        """The cells of the lines that begin with `title`."""
        return [[cell.strip() for cell in line.strip("| ").split("|")]
                for line in text.splitlines() if line.startswith(f"| {title}")]

    def test_a_rate_and_a_time_are_both_better_above_one(self):
        text = self.table({
            "glutwatch": [ours("backfill_series", "rows_per_s", 5e6, 4e6, 6e6), ours("query_a", "p50_ms", 0.2)],
            "postgres": [theirs("postgres-copy", "backfill_series", rows_per_s=1e6),
                         theirs("postgres-copy", "query_a", p50_ms=0.4)]})
        rate = self.rows(text, "ingest BACKFILL by series")[0]
        self.assertEqual(rate[3:], ["5.00 [4.00..6.00]", "PostgreSQL COPY", "1.00", "5.00 x",
                                    "yes, once: one transaction, WAL fsynced"])
        query = self.rows(text, "(a) last year")[0]
        self.assertEqual(query[3:], ["0.200", "PostgreSQL", "0.400", "2.00 x", "-"])

    def test_peers_runs_become_a_median(self):
        text = self.table({"clickhouse": [theirs("clickhouse", "backfill_day", rows_per_s=rate)
                                          for rate in (1e6, 9e6, 3e6)]})
        row = self.rows(text, "ingest BACKFILL by day")[0]
        self.assertEqual(row[3:], ["absent", "ClickHouse", "3.00 [1.00..9.00]", "-", "no: page cache"])

    def test_a_warm_figure_stands_before_the_whole(self):
        text = self.table({"victoriametrics": [theirs("victoriametrics", "daily", rows_per_s=1e6),
                                               theirs("victoriametrics", "daily_warm", rows_per_s=2e6)],
                           "clickhouse": [theirs("clickhouse", "daily", rows_per_s=4e6)]})
        warm = self.rows(text, "ingest DAILY, days 2 to 10 ")
        self.assertEqual([(row[4], row[5]) for row in warm], [("VictoriaMetrics", "2.00"), ("ClickHouse", "4.00")])

    def test_a_share_of_a_limit_is_never_above_one_for_what_is_slower(self):
        text = self.table({"glutwatch": [ours("one_batch_idle", "p50_ms", 0.5), ours("daily_warm", "rows_per_s", 5e6)],
                           "limits": [ours("limit_fdatasync_4k", "p50_ms", 0.1), ours("limit_grpc", "rows_per_s", 5e7)]})
        self.assertIn("| 20% |", text)
        self.assertIn("| 10% |", text)

    def test_a_smoke_test_says_that_it_is_one(self):
        figures = {"glutwatch": [ours("daily", "rows_per_s", 1)]}
        self.assertIn("mean nothing", self.table(figures, "--quick"))
        self.assertNotIn("mean nothing", self.table(figures))

    def test_without_figures_it_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, TABLE, folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no figures in", done.stderr)


if __name__ == "__main__":
    unittest.main()
