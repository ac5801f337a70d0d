#!/usr/bin/env python3
"""Two names of one product in one file, through the real programs.

Other prices of a day are a second lot, kept and flagged; equal rows are duplicates; the same file again is
nothing but duplicates; another file is a correction. The names are an alias of the catalog, and two spellings
of a product that nobody knew before. GLUTWATCH_BIN names the folder of the programs.
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import BIN, Server, check, ingest  # noqa: E402

CATALOG = """products:
  - {name: products/garlic, display_name: 大蒜, display_name_en: Garlic, dimension: mass, aliases: [蒜头]}
"""
SECOND_LOT = 256  # QueryObservationsResponse.flags
HEADER = "品名,最低价,平均价,最高价,规格,单位,发布日期\n"
# In batches of three rows, so that the names of a day stand in one batch and in two.
FILE = [("大蒜", 1.0, 1), ("蒜头", 1.2, 1), ("大蒜", 1.1, 2), ("蒜头", 1.1, 2), ("蒜头", 1.3, 3), ("大蒜", 1.1, 4),
        ("大蒜", 1.4, 3), ("Red Onion", 2.0, 1), ("蒜头", 1.1, 4), ("red onion", 2.2, 1), ("蒜头", 1.2, 1)]
WANT = {("garlic", 1): [10000, 12000], ("garlic", 2): [11000], ("garlic", 3): [13000, 14000], ("garlic", 4): [11000],
        ("red-onion", 1): [20000, 22000]}


def write(path, rows):
    lines = [f"{name},{price},{price},{price},,斤,2026-01-{day:02}\n" for name, price, day in rows]
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    return path


def stored(server, product):
    """{day: [modal price of each lot]}; checks that every later lot says so."""
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "csv", "prices", "query", "--product",
                           product, "--from", "2026-01-01"], capture_output=True, text=True)
    check(done.returncode == 0, f"glutwatch prices query ended with {done.returncode}: {done.stderr}")
    lots = {}
    for row in csv.DictReader(done.stdout.splitlines()):
        day = lots.setdefault((product, int(row["market_date"][-2:])), [])
        check(int(row["lot"]) == len(day), f"lots are not numbered one by one: {row}")
        check(int(row["flags"]) == (SECOND_LOT if day else 0), f"flags of lot {len(day)}: {row}")
        day.append(round(float(row["modal_price"]) * 10000))
    return lots


def check_total(report, **want):
    total = report["total"]
    got = {name: total[name] for name in want}
    check(got == want, f"rows became {total}, expected {want}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
        server = Server(folder / "server", catalogs=[folder / "catalog.yaml"]).start()

        def run(path, *more):
            return ingest(server, "xinfadi", path, folder / "state", "--batch-rows", 3, *more)

        path = write(folder / "first.csv", FILE)
        check_total(run(path), read=11, accepted=8, suspicious=0, duplicate=3, refused=0, corrected=0)
        check(stored(server, "garlic") | stored(server, "red-onion") == WANT, "the lots are not those of the file")
        check_total(run(path, "--again"), read=11, accepted=0, duplicate=11, refused=0)
        check_total(run(write(folder / "second.csv", [("蒜头", 1.05, 1)])), read=1, accepted=1, corrected=1)
        check(stored(server, "garlic")["garlic", 1] == [10500, 12000], "another file is no correction")
        server.stop()
    print("OK")


if __name__ == "__main__":
    main()
