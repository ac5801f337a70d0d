#!/usr/bin/env python3
"""Kills glutwatchd, both of its glutwatch-ingest and a subscriber (SIGKILL) at random moments, and the
server also while it folds and compacts, while prices and warnings flow, and then asks for proof:

  * every row of the first feed's files is in the store, as one version, to the last digit;
  * of the second feed, whose files are full of late rows, corrections and duplicates, every version
    is there, in order, and no other;
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
STALL_PRODUCTS = 20
STALL_DAYS = 600  # fewer than a norm needs: what is corrected here changes no warning
STALL_FIRST_DAY = datetime.date(2020, 1, 1)
STALL_ROWS = 4000  # a file: about a third of its days were reported before
TINY_HEAD = "head_mib: 1\n"  # so that folds are among what is killed
FOLD_WAIT_SECONDS = 0.1
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


class Stall:
    """A second market whose clerk reports days in any order, again and again, and other prices than before."""

    MAPPING = """market:
  id: crash-stall
  name: 第二市场
  time_zone: Asia/Shanghai
  regions:
    - {code: CN, name: 中国, code_system: ISO 3166}
columns: {product: 品名, date: 日期, modal: 均价}
currency: CNY
unit: kg
"""

    def __init__(self, folder, rng):
        self.rng = rng
        self.mapping = folder / "stall.yaml"
        self.mapping.write_text(self.MAPPING)
        self.versions = collections.defaultdict(list)  # (product, day) -> quoted prices, oldest first
        self.duplicates = self.corrections = 0

    def write(self, folder):
        keys = [(f"果{p}", (STALL_FIRST_DAY + datetime.timedelta(days=d)).isoformat())
                for p in range(STALL_PRODUCTS) for d in range(STALL_DAYS)]
        with open(folder / "stall.csv", "w", encoding="utf-8") as out:
            out.write("品名,日期,均价\n")
            for key in self.rng.sample(keys, STALL_ROWS):
                price = f"{self.rng.choice((3, 3.05, 3.1)):g}"
                out.write(f"{key[0]},{key[1]},{price}\n")
                known = self.versions[key]
                if known and known[-1] == price:
                    self.duplicates += 1
                else:
                    self.corrections += bool(known)
                    known.append(price)
        return folder / "stall.csv"


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


class Worker:
    """A glutwatch-ingest that is started again, on the same files, whenever it was killed."""

    def __init__(self, command):
        self.command = command
        self.start()

    def start(self):
        self.process = adopt(subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))

    def finished(self):
        code = self.process.poll()
        if code not in (None, 0):
            check(False, f"{' '.join(self.command)} ended with {code}: "
                  f"{self.process.stderr.read().decode()[-2000:]}")
        return code == 0

    def kill(self):
        if not self.finished():
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()
            self.start()


class Campaign:
    def __init__(self, folder, rng):
        self.folder, self.rng = folder, rng
        self.server = Server(folder / "server", rule_pack=RULES, extra=TINY_HEAD).start()
        fix_port(self.server)
        self.server.stop()
        self.server.start()
        self.prices, self.stall, self.watcher = Prices(rng), Stall(folder, rng), Watcher(folder)
        self.watcher.start(self.server)
        self.kills, self.rounds, self.recovery = collections.Counter(), [], []

    def total(self):
        return sum(self.kills.values())

    def run(self):
        days = HISTORY_DAYS
        while self.total() < KILLS or len(self.rounds) < LEAST_FILES:
            inboxes = [self.folder / f"{feed}-{len(self.rounds)}" for feed in ("xinfadi", "stall")]
            for inbox in inboxes:
                inbox.mkdir()
            self.rounds.append((self.prices.write(inboxes[0], days), self.stall.write(inboxes[1])))
            days = ROUND_DAYS
            self.feed(*inboxes)
        wait_judged(self.server, JUDGED_SECONDS)

    def feed(self, prices, stall):
        """Runs both workers to their ends, killing whatever the dice say."""
        workers = [Worker(ingest_command(self.server, "xinfadi", prices, self.folder / "state", *BATCH)),
                   Worker(ingest_command(self.server, "generic", stall, self.folder / "stall-state", "--mapping",
                                         self.stall.mapping, *BATCH))]
        while True:
            deadline = time.monotonic() + self.rng.uniform(0.01, 0.12)
            while time.monotonic() < deadline:
                if all(worker.finished() for worker in workers):
                    return
                time.sleep(0.005)
            if self.total() < KILLS:
                self.kill_something(workers)

    def kill_something(self, workers):
        victim = self.rng.choices(["server", "folding server", "worker", "all", "subscriber"], [3, 3, 4, 1, 1])[0]
        self.kills[victim] += 1
        if victim == "folding server":
            self.wait_for_files()
        if victim in ("server", "folding server", "all"):
            self.server.kill()
        if victim == "subscriber":
            self.watcher.kill()
            self.watcher.start(self.server)
        for worker in workers if victim == "all" else [self.rng.choice(workers)] if victim == "worker" else []:
            worker.kill()
        if self.server.process.poll() is not None:
            begin = time.monotonic()
            self.server.start()
            self.recovery.append(time.monotonic() - begin)

    def wait_for_files(self):
        """Until a file comes or goes in the store's folder: a flush, a compaction, a new log."""
        data = self.server.folder / "data"
        before, deadline = os.stat(data).st_mtime_ns, time.monotonic() + FOLD_WAIT_SECONDS
        while os.stat(data).st_mtime_ns == before and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(self.rng.uniform(0, 0.005))


def query_all(server, market):
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "csv", "prices", "query", "--market",
                           market, "--all-versions"], capture_output=True, text=True)
    check(done.returncode == 0, f"prices query ended with {done.returncode}: {done.stderr}")
    return csv.DictReader(io.StringIO(done.stdout))


def check_versions(server, stall):
    """Every version of every day of the second market, in the order in which they were reported."""
    stored = collections.defaultdict(list)
    for row in query_all(server, "crash-stall"):
        stored[short(row["product"], "products/"), row["market_date"]].append(row["modal_price"])
    wrong = [key for key in stall.versions.keys() | stored.keys() if stall.versions.get(key) != stored.get(key)]
    check(not wrong, f"{len(wrong)} days have other versions, one is {wrong[:1]}: "
          f"{[stored.get(key) for key in wrong[:1]]}, expected {[stall.versions.get(key) for key in wrong[:1]]}")


def check_rows(server, prices):
    stored = collections.Counter()
    for row in query_all(server, "xinfadi"):
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


def check_against_peace(folder, campaign, log):
    peace = Server(folder / "peace", rule_pack=RULES).start()
    for i, (prices, stall) in enumerate(campaign.rounds):
        ingest(peace, "xinfadi", prices, folder / f"peace-state-{i}")
        ingest(peace, "generic", stall, folder / f"peace-stall-{i}", "--mapping", campaign.stall.mapping)
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
        campaign = Campaign(folder, rng)
        campaign.run()
        server, prices, stall = campaign.server, campaign.prices, campaign.stall
        check_rows(server, prices)
        check_versions(server, stall)
        log, repeated = check_events(server, campaign.watcher)
        transitions = check_against_peace(folder, campaign, log)
        check_explanations(server, log, rng)
        campaign.watcher.kill()
        server.stop()
    recovery = sorted(campaign.recovery)
    print(f"seed {SEED}: {campaign.total()} kills {dict(campaign.kills)} in {time.monotonic() - begin:.0f} s; "
          f"{len(prices.rows)} rows: 0 lost, 0 doubled; {sum(map(len, stall.versions.values()))} versions of the "
          f"second feed ({stall.corrections} corrections, {stall.duplicates} duplicates): 0 lost, 0 doubled; "
          f"{transitions} transitions: 0 lost, 0 doubled; {repeated} events came again to the subscriber and were "
          f"told apart by their id; restart p50 {recovery[len(recovery) // 2]:.2f} s, p99 "
          f"{recovery[len(recovery) * 99 // 100]:.2f} s, max {recovery[-1]:.2f} s")


if __name__ == "__main__":
    main()
