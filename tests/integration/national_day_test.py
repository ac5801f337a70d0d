#!/usr/bin/env python3
"""A simulated national day (500,000 series) goes in whole, twice, within a gibibyte. No clock: how
long it takes is for bench/national_day.sh."""
import json
import pathlib
import subprocess
import tempfile

from harness import BIN, Server, check, cli, is_sanitized

ROWS = 500_000
PEAK_MIB = 1024 * (3 if is_sanitized() else 1)  # of which the sanitizer takes most


def push(server, state, day):
    done = subprocess.run([BIN / "glutwatch-ingest", "run", "--feed", "simulate", "--national", "--until", day,
                           "--create-missing", "--server", server.grpc, "--state-dir", state, "-q", "-o", "json"],
                          capture_output=True, text=True)
    check(done.returncode == 0, f"glutwatch-ingest ended with {done.returncode}: {done.stderr[-2000:]}")
    total = json.loads(done.stdout)["total"]
    check(total["read"] == total["accepted"] == ROWS, f"{day}: {total}, expected {ROWS} accepted rows")


def main():
    with tempfile.TemporaryDirectory(prefix="glutwatch-national-day-") as name:
        folder = pathlib.Path(name)
        server = Server(folder / "server", catalogs=("deploy/catalog/yunnan.yaml",)).start()
        push(server, folder / "state", "2026-03-02")
        push(server, folder / "state", "2026-03-03")
        series = cli(server, "status", ok=(0, 1))["series"]
        check(series >= ROWS, f"glutwatch status counts {series} series, expected {ROWS} and one per market")
        peak = server.peak_memory_mib()
        print(f"two days of {ROWS} rows; peak memory of glutwatchd {peak:.0f} MiB")
        check(peak < PEAK_MIB, f"peak memory of glutwatchd is {peak:.0f} MiB, expected less than {PEAK_MIB}")
        server.kill()
        server.start()  # what was acknowledged is there: a replay of a million rows
        again = server.peak_memory_mib()
        check(again < PEAK_MIB, f"peak memory after a restart is {again:.0f} MiB, expected less than {PEAK_MIB}")
        print(f"after SIGKILL and a restart {again:.0f} MiB")
        server.stop()


if __name__ == "__main__":
    main()
