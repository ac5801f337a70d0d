#!/usr/bin/env python3
"""Kills glutwatchd, glutwatch-ingest and a subscriber (SIGKILL) at random moments while prices and
warnings flow, and then asks for proof:

  * every row of every file is in the store, as one version, to the last digit;
  * the warning log is whole: the subscriber saw each of its events once it is deduplicated by
    event_id, in order, and its numbers have no hole;
  * its transitions are those of a second server that was fed the same files in peace;
  * every warning can be explained bit for bit.

GLUTWATCH_CRASH_KILLS (200) and GLUTWATCH_CRASH_SEED choose how many and which.
"""
import collections
import csv
import datetime
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from harness import BIN, Server, adopt, check, cli, ingest, ingest_command, wait_judged  # noqa: E402

KILLS = int(os.environ.get("GLUTWATCH_CRASH_KILLS", "200"))
SEED = int(os.environ.get("GLUTWATCH_CRASH_SEED", "20261123"))
PRODUCTS = 40
FIRST_DAY = datetime.date(1901, 1, 1)  # room for thousands of kills before today
HISTORY_DAYS = 750  # two years before the norm exists
ROUND_DAYS = 60
JUDGED_SECONDS = 60
LEAST_FILES = 6  # so that there is a year with a norm, however soon the kills are done
RULES = "tests/crash/rules.yaml"
BATCH = ("--batch-rows", "100", "--in-flight", "4", "--quiet")
CLOCK_TRANSITIONS = {"STALE", "NO_DATA", "FRESH"}


class Prices:
    """Makes the next stretch of days as a file of the Xinfadi export, and remembers what is in it."""

    def __init__(self, rng):
        self.rng = rng
        self.day = FIRST_DAY
        self.level = [rng.uniform(1.0, 6.0) for _ in range(PRODUCTS)]
        self.collapse_until = [0] * PRODUCTS
        self.depth = [1.0] * PRODUCTS
        self.rows = {}  # (product, day) -> quoted price

    def write(self, folder, days):
        path = folder / f"prices-{self.day.isoformat()}.csv"
        with open(path, "w", encoding="utf-8") as out:
            out.write("品名,最低价,平均价,最高价,规格,单位,发布日期\n")
            for _ in range(days):
                for p in range(PRODUCTS):
                    out.write(self._line(p))
                self.day += datetime.timedelta(days=1)
        return path

    def _line(self, p):
        ordinal = self.day.toordinal()
        old_enough = (self.day - FIRST_DAY).days > HISTORY_DAYS
        if old_enough and ordinal > self.collapse_until[p] and self.rng.random() < 0.02:
            self.collapse_until[p] = ordinal + self.rng.randrange(5, 20)
            self.depth[p] = self.rng.choice([0.45, 0.7])
        factor = self.depth[p] if ordinal <= self.collapse_until[p] else 1.0
        price = max(0.05, round(self.level[p] * factor * self.rng.uniform(0.97, 1.03), 2))
        self.rows[(f"菜{p}", self.day.isoformat())] = f"{price:g}"
        return f"菜{p},{price:g},{price:g},{price:g},普通,斤,{self.day.isoformat()}\n"


class Watcher:
    """A subscriber whose cursor is in a file, and everything that it ever printed."""

    def __init__(self, folder):
        self.cursor = folder / "agency.cursor"
        self.output = folder / "agency.jsonl"
        self.process = None

    def start(self, server):
        out = open(self.output, "ab")
        self.process = adopt(subprocess.Popen(
            [BIN / "glutwatch", "--server", server.grpc, "-o", "jsonl", "warnings", "watch", "--since-start",
             "earliest", "--cursor-file", self.cursor], stdout=out, stderr=subprocess.DEVNULL))
        out.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def events(self):
        """Each event once, in the order of its first arrival; and how often one came again."""
        seen, repeated = collections.OrderedDict(), 0
        for line in self.output.read_text().splitlines():
            try:
                event = json.loads(line).get("event")
            except json.JSONDecodeError:
                continue  # cut off by SIGKILL; it comes again
            if event is None:
                continue
            repeated += event["event_id"] in seen
            seen.setdefault(event["event_id"], event)
        return list(seen.values()), repeated


def short(name, prefix):
    return name[len(prefix):] if name.startswith(prefix) else name


def transition_of(event):
    day = event["market_date"]
    return (event["warning"]["name"], short(event["transition"], "TRANSITION_"),
            (day["year"], day["month"], day["day"]), event["warning"]["level"])


def whole_log(server):
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "jsonl", "warnings", "watch",
                           "--since-start", "earliest", "--for", "3s"], capture_output=True, text=True)
    check(done.returncode == 0, f"reading the log ended with {done.returncode}: {done.stderr}")
    return [frame["event"] for frame in map(json.loads, done.stdout.splitlines()) if "event" in frame]


def fix_port(server):
    """Subscribers and workers find a restarted server where it was."""
    server.config.write_text(server.config.read_text().replace("\nlisten: 127.0.0.1:0", f"\nlisten: {server.grpc}"))


def campaign(folder, rng):
    server = Server(folder / "server", rule_pack=RULES).start()
    fix_port(server)
    server.stop()
    server.start()
    prices, watcher = Prices(rng), Watcher(folder)
    watcher.start(server)
    kills, files, recovery = collections.Counter(), [], []
    days = HISTORY_DAYS
    while sum(kills.values()) < KILLS or len(files) < LEAST_FILES:
        inbox = folder / f"inbox-{len(files)}"
        inbox.mkdir()
        files.append(prices.write(inbox, days))
        days = ROUND_DAYS
        feed(server, inbox, folder, watcher, rng, kills, recovery)
    wait_judged(server, JUDGED_SECONDS)
    return server, watcher, prices, files, kills, recovery


def feed(server, inbox, folder, watcher, rng, kills, recovery):
    """Runs the worker on `inbox` to its end, killing whatever the dice say."""
    command = ingest_command(server, "xinfadi", inbox, folder / "state", *BATCH)
    worker = adopt(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    while True:
        try:
            code = worker.wait(timeout=rng.uniform(0.01, 0.12))
            if code == 0:
                return
            check(False, f"glutwatch-ingest ended with {code}: {worker.stderr.read().decode()[-2000:]}")
        except subprocess.TimeoutExpired:
            pass
        if sum(kills.values()) >= KILLS:
            continue
        victim = rng.choices(["server", "worker", "both", "subscriber"], [5, 4, 1, 1])[0]
        kills[victim] += 1
        if victim in ("server", "both"):
            server.kill()
        if victim in ("worker", "both"):
            worker.kill()
            worker.wait()
        if victim == "subscriber":
            watcher.kill()
        if victim in ("server", "both"):
            begin = time.monotonic()
            server.start()
            recovery.append(time.monotonic() - begin)
        if victim in ("worker", "both"):
            worker = adopt(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        if victim == "subscriber":
            watcher.start(server)


def check_rows(server, prices):
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "csv", "prices", "query", "--market",
                           "xinfadi", "--all-versions"], capture_output=True, text=True)
    check(done.returncode == 0, f"prices query ended with {done.returncode}: {done.stderr}")
    stored = collections.Counter()
    for row in csv.DictReader(io.StringIO(done.stdout)):
        key = (short(row["product"], "products/"), row["market_date"])
        stored[key] += 1
        check(row["modal_price"] == prices.rows.get(key), f"{key} is {row['modal_price']}, expected {prices.rows.get(key)}")
    lost = prices.rows.keys() - stored.keys()
    check(not lost, f"{len(lost)} rows lost, the first is {sorted(lost)[:1]}")
    doubled = [key for key, count in stored.items() if count > 1]
    check(not doubled, f"{len(doubled)} rows have more than one version, the first is {doubled[:1]}")


def check_events(server, watcher):
    log = whole_log(server)
    for _ in range(60):  # until the subscriber has caught up
        seen, repeated = watcher.events()
        if seen and seen[-1]["event_id"] == log[-1]["event_id"]:
            break
        time.sleep(0.5)
    got, want = [e["event_id"] for e in seen], [e["event_id"] for e in log]
    missing, extra = sorted(set(want) - set(got)), sorted(set(got) - set(want))
    check(got == want, f"the subscriber saw {len(got)} events, the log has {len(want)}; missing {missing[:3]}, "
          f"extra {extra[:3]}, or their order differs")
    numbers = [int(e["event_id"].rsplit("/", 1)[1]) for e in log]
    check(numbers == list(range(1, len(log) + 1)), "the log's numbers have a hole")
    generations = collections.Counter()
    for event in log:
        name = event["warning"]["name"]
        generations[name] += 1
        check(int(event["warning"]["generation"]) == generations[name], f"{name}: a generation is missing")
    return log, repeated


def check_against_peace(folder, files, log):
    peace = Server(folder / "peace", rule_pack=RULES).start()
    for i, path in enumerate(files):
        ingest(peace, "xinfadi", path, folder / f"peace-state-{i}")
    wait_judged(peace, JUDGED_SECONDS)
    expected = collections.Counter(map(transition_of, whole_log(peace)))
    got = collections.Counter(map(transition_of, log))
    for counter in (expected, got):
        for key in [k for k in counter if k[1] in CLOCK_TRANSITIONS or "-blind-" in k[0]]:
            del counter[key]
    check(expected, "the data brought no transition at all")
    check(got == expected, f"transitions differ from those in peace: lost {list((expected - got))[:3]}, "
          f"extra {list((got - expected))[:3]}")
    peace.stop()
    return sum(expected.values())


def check_explanations(server, log, rng):
    for event in rng.sample(log, min(40, len(log))):
        answer = cli(server, "warnings", "explain", event["warning"]["name"], "--generation",
                     event["warning"]["generation"])
        check(answer["reproduced"], f"{event['warning']['name']} is not reproduced: {answer.get('difference')}")


def main():
    rng = random.Random(SEED)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="glutwatch-crash-") as name:
        folder = pathlib.Path(name)
        server, watcher, prices, files, kills, recovery = campaign(folder, rng)
        check_rows(server, prices)
        log, repeated = check_events(server, watcher)
        transitions = check_against_peace(folder, files, log)
        check_explanations(server, log, rng)
        watcher.kill()
        server.stop()
    recovery.sort()
    print(f"seed {SEED}: {sum(kills.values())} kills {dict(kills)} in {time.monotonic() - begin:.0f} s; "
          f"{len(prices.rows)} rows: 0 lost, 0 doubled; {transitions} transitions: 0 lost, 0 doubled; "
          f"{repeated} events came again to the subscriber and were told apart by their id; "
          f"restart p50 {recovery[len(recovery) // 2]:.2f} s, max {recovery[-1]:.2f} s")


if __name__ == "__main__":
    main()
