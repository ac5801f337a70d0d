#!/usr/bin/env python3
"""Kills glutwatch-ingest (SIGKILL) again and again in the middle of a document and lets it continue.

No row may be lost (accepted + suspicious = rows of the plan) and none applied twice: a row that the
server had already had under another batch id would come back as a duplicate.
Usage: worker_kill_test.py [KILLS]; GLUTWATCH_BIN names the folder of the programs.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import BIN, Server, check  # noqa: E402

MARKETS, PRODUCTS, DAYS = 100, 50, 120
ROWS = MARKETS * PRODUCTS * DAYS


def command(server, state, *more):
    return [str(a) for a in (BIN / "glutwatch-ingest", "run", "--feed", "simulate", "--national", "--counties", MARKETS,
                             "--products", PRODUCTS, "--days", DAYS, "--until", "2026-03-01", "--batch-rows", 500,
                             "--in-flight", 3, "--server", server.grpc, "--state-dir", state, "-q", "-o", "json", *more)]


def run_to_end(server, state):
    done = subprocess.run(command(server, state), capture_output=True, text=True)
    check(done.returncode == 0, f"glutwatch-ingest ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def kill_until_done(server, state, kills):
    """Returns how often it was killed before it got to the end."""
    for killed in range(kills):
        process = subprocess.Popen(command(server, state), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.communicate(timeout=random.uniform(0.05, 0.5))
            return killed
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    return kills


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    seed = int(time.time())
    random.seed(seed)
    print(f"seed {seed}, up to {kills} kills, {ROWS} rows", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder) / "server").start()
        state = pathlib.Path(folder) / "state"
        killed = kill_until_done(server, state, kills)
        check(killed >= 2, f"the document was done after {killed} kills; make it longer")
        total = run_to_end(server, state)["total"]
        print(f"killed {killed} times; total {total}", flush=True)
        check(total["read"] == ROWS, f"read {total['read']}, expected {ROWS}")
        check(total["accepted"] + total["suspicious"] == ROWS, f"not every row was kept: {total}")
        check(total["duplicate"] == 0, f"rows were applied twice: {total}")
        check(total["corrected"] == 0, f"rows changed when they were sent again: {total}")
        again = run_to_end(server, state)
        check(again["documents"][0]["skipped"], "a finished document was read again")
        renewed = json.loads(subprocess.run(command(server, state, "--again"), capture_output=True, text=True).stdout)
        check(renewed["total"]["duplicate"] == ROWS, f"the store does not hold every row: {renewed['total']}")
        server.stop()
    print("OK")


if __name__ == "__main__":
    main()
