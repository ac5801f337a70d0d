#!/usr/bin/env python3
"""Our feed, as text, is byte for byte that of the generator which the peers were first measured with. Skipped,
loudly, where that is not at hand."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["GLUTWATCH_BIN"])
PEERS = pathlib.Path(os.environ.get("GLUTWATCH_SHARED", SOURCE.parent / "shared")) / "peers"
SKIPPED = 77
# shape, order, our format, theirs
TEXTS = [("daily", "day", "line", "lp"), ("backfill", "series", "csv", "csv"), ("backfill", "day", "market-csv", "chcsv")]


def digest(*command):
    """SHA-256 of what the command prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        found = hashlib.sha256()
        while block := process.stdout.read(1 << 20):
            found.update(block)
    assert process.returncode == 0, f"{command} ended with {process.returncode}"
    return found.hexdigest()


def main():
    compiler = shutil.which("c++")
    if not (PEERS / "gen.cpp").exists() or compiler is None:
        print(f"SKIPPED: needs {PEERS / 'gen.cpp'} (set GLUTWATCH_SHARED) and c++")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        reference = pathlib.Path(folder) / "gen"
        subprocess.run([compiler, "-O2", "-std=c++17", f"-I{PEERS}", "-o", reference, PEERS / "gen.cpp"], check=True)
        for shape, order, ours, theirs in TEXTS:
            mine, other = digest(BIN / "feed_text", shape, order, ours), digest(reference, shape, order, theirs)
            assert mine == other, f"{shape} by {order}: our {ours} has SHA-256 {mine}, the reference {other}"
            print(f"{shape} by {order}, {ours}: {mine}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
