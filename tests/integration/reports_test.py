#!/usr/bin/env python3
"""Officers' sheets against the real server, which is killed while it imports them.

A file is applied once: after any number of kills and repetitions each of its good figures is there with one
version, and what was wrong with it is said at the same cells.
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

from harness import BIN, Server, check, cli

KILLS = int(os.environ.get("GLUTWATCH_REPORT_KILLS", "15"))
SEED = int(os.environ.get("GLUTWATCH_REPORT_SEED", "20261124"))
CATALOGS = ("deploy/catalog/yunnan.yaml", "deploy/catalog/products.yaml")
DAYS = 200
BAD_LINE = 1000  # its area is no number


def write_sheet(path, counties, products):
    """Four counties' areas over days: more than one request of 20,000 figures. Returns (region, product, day) -> area."""
    figures = {}
    with open(path, "w", encoding="utf-8") as out:
        out.write("地区,品种,日期,种植面积(亩),填报人\n")
        line = 1
        for day in range(DAYS):
            date = f"2025-{day // 28 + 1:02}-{day % 28 + 1:02}"
            for county in counties:
                for product in products:
                    line += 1
                    area = f"{1000 + line % 97}.{line % 10}"
                    if line == BAD_LINE:
                        area = "很多"
                    else:
                        figures[f"regions/{county}", f"products/{product}", date] = area
                    out.write(f"{county},{product},{date},{area},统计员\n")
    return figures


def import_sheet(server, path):
    return subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "json", "--timeout", "60s", "reports",
                           "import", path], capture_output=True, text=True)


def date_of(report):
    date = report["date"]
    return f"{date['year']}-{date['month']:02}-{date['day']:02}"


def number(value_e4):
    return f"{int(value_e4) // 10000}.{int(value_e4) % 10000:04}".rstrip("0").rstrip(".")


def check_stored(server, figures):
    stored = {}
    for report in cli(server, "reports", "list", "--limit", "0")["reports"]:
        key = report["region"], report["product"], date_of(report)
        check(key not in stored, f"{key} is there twice")
        stored[key] = number(report["value_e4"])
    wanted = {key: area.rstrip("0").rstrip(".") if "." in area else area for key, area in figures.items()}
    check(stored == wanted, f"{len(stored)} figures are stored, the sheet has {len(wanted)}; first difference "
          f"{next(iter(set(stored.items()) ^ set(wanted.items())), None)}")


def main():
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Server(folder / "server", catalogs=CATALOGS).start()
        products = [p["name"].removeprefix("products/") for p in cli(server, "catalog", "products", "list")["products"]
                    if p["name"] != "products/all"][:30]
        counties = ["532328", "532930", "530423", "530428"]
        figures = write_sheet(folder / "sheet.csv", counties, products)
        check(len(figures) > 20_000, "the sheet fits one request: nothing to interrupt")
        for _ in range(KILLS):
            killer = threading.Timer(rng.uniform(0.0, 0.8), server.kill)
            killer.start()
            import_sheet(server, folder / "sheet.csv")
            killer.join()
            server.start()
        done = import_sheet(server, folder / "sheet.csv")
        check(done.returncode == 6, f"import ended with {done.returncode}, expected 6 (partial): {done.stderr}")
        check(f'"reference": "D{BAD_LINE}"' in done.stdout, "the bad cell is not named")
        check_stored(server, figures)
        before = cli(server, "reports", "list", "--limit", "1")
        import_sheet(server, folder / "sheet.csv")
        check(cli(server, "reports", "list", "--limit", "1") == before, "importing again made a new version")
        for name in [report["name"] for report in cli(server, "reports", "list", "--limit", "50")["reports"]]:
            versions = cli(server, "reports", "show", name)["versions"]
            check(len(versions) == 1, f"{name} has {len(versions)} versions, expected 1")
        server.stop()
    print(f"reports: {len(figures)} figures whole and once after {KILLS} kills", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
