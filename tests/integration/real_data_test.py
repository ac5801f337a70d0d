#!/usr/bin/env python3
"""Pushes the whole of the real captures through the real programs, and asks for account of each row:

  * every document's rows are accounted for, and the totals are what expected.py counts;
  * what `glutwatch prices query` prints is the sources' content, to the last digit, nothing more;
  * an agency that subscribed before the data received every warning, and each can be explained;
  * the same files once more change nothing.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import typing

import expected
from harness import BIN, SHARED, Server, adopt, check, cli, ingest, need_shared, wait_judged

CATALOGS = ("deploy/catalog/yunnan.yaml", "deploy/catalog/products.yaml", "deploy/scenarios/costs.yaml")
DATA = SHARED / "data"
JUDGED_SECONDS = 300
LAST_FRAMES_SECONDS = 60
CLOCK_TRANSITIONS = {"TRANSITION_STALE", "TRANSITION_NO_DATA", "TRANSITION_FRESH"}


class DataSet(typing.NamedTuple):
    feed: str
    source: pathlib.Path  # what glutwatch-ingest gets
    read: typing.Callable  # path -> expected.Document
    paths: list


def data_sets(folder):
    def files(name, pattern="*"):
        return sorted((DATA / name).glob(pattern))

    workbooks = folder / "kalimati"  # the original folder holds a licence, too
    workbooks.mkdir()
    for path in files("np_kalimati_monthly_2003_2025/raw", "*.xlsx"):
        shutil.copy(path, workbooks)
    malabar = DATA / "in_agmarknet_malabar_daily_2021_2026/normalized.csv.xz"
    return [
        DataSet("xinfadi", DATA / "cn_xinfadi_daily_2013_2016/raw", expected.xinfadi_export,
                files("cn_xinfadi_daily_2013_2016/raw")),
        DataSet("tw_moa", DATA / "tw_moa_api_raw_2026/raw", expected.tw_moa, files("tw_moa_api_raw_2026/raw")),
        DataSet("agmarknet", malabar, expected.agmarknet, [malabar]),
        DataSet("kalimati", workbooks, expected.kalimati, sorted(workbooks.iterdir())),
        DataSet("wfp", DATA / "wfp_food_prices/raw", expected.wfp, files("wfp_food_prices/raw")),
    ]


class Agency:
    """A subscriber that began before there was any data."""

    def __init__(self, server, folder):
        self.path = folder / "agency.jsonl"
        with open(self.path, "wb") as out:
            self.process = adopt(subprocess.Popen(
                [BIN / "glutwatch", "--server", server.grpc, "-o", "jsonl", "warnings", "watch"], stdout=out))

    def events(self):
        lines = self.path.read_text().rsplit("\n", 1)[0].splitlines()  # the last one may be half written
        return [frame["event"] for frame in map(json.loads, lines) if "event" in frame]

    def wait_for(self, event_ids):
        deadline = time.monotonic() + LAST_FRAMES_SECONDS
        while time.monotonic() < deadline:
            if len(self.events()) >= len(event_ids):
                break
            time.sleep(0.1)
        got = [event["event_id"] for event in self.events()][:len(event_ids)]  # the clock may go on
        check(got == event_ids, f"the agency received {len(got)} events, the log has {len(event_ids)}, or their "
              f"order differs; missing {sorted(set(event_ids) - set(got))[:3]}")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def names_of(server):
    lists = [cli(server, "catalog", what, "list")[what] for what in ("regions", "markets", "products", "units")]
    return expected.Names(*lists)


def check_accounts(data_set, report, documents, ledger):
    """Each document's rows, and that expected.py counts the same."""
    check(len(report["documents"]) == len(documents),
          f"{data_set.feed}: {len(report['documents'])} documents, expected {len(documents)}")
    for told, document in zip(report["documents"], documents):
        check(told["document"] == str(document.path).removesuffix(".xz"),
              f"{told['document']} was read where {document.path} was expected")
        settled = told["accepted"] + told["suspicious"] + told["refused"] + told["duplicate"]
        check(told["read"] == settled and not told["error"],
              f"{document.path}: {settled} of {told['read']} rows are accounted for {told['error']}")
        tally = expected.Tally(told["read"], told["accepted"] + told["suspicious"], told["refused"], told["duplicate"])
        wanted = ledger.take(document)
        check(tally == wanted, f"{document.path}: told {tally}, counted {wanted}")


def stored(server, market):
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "csv", "prices", "query", "--market",
                           market], capture_output=True, text=True)
    check(done.returncode == 0, f"prices query of {market} ended with {done.returncode}: {done.stderr}")
    return expected.from_csv(done.stdout)


def check_content(server, ledgers):
    wanted = {}
    for ledger in ledgers:
        wanted.update(ledger.content())
    markets = [market["name"] for market in cli(server, "catalog", "markets", "list")["markets"]]
    got = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for content in pool.map(lambda market: stored(server, market), markets):
            got.update(content)
    for key in wanted.keys() | got.keys():
        lost = wanted.get(key, collections.Counter()) - got.get(key, collections.Counter())
        extra = got.get(key, collections.Counter()) - wanted.get(key, collections.Counter())
        check(not lost and not extra, f"{key}: lost {list(lost)[:3]}, extra {list(extra)[:3]}")
    rows = sum(counter.total() for counter in wanted.values())
    print(f"content: {rows} observations of {len(wanted)} market days in {len(markets)} markets equal their sources "
          "to the last digit", flush=True)


def whole_log(server):
    """Event id -> event, all in their order, read by a second subscriber."""
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "jsonl", "warnings", "watch",
                           "--since-start", "earliest", "--for", "3s"], capture_output=True, text=True)
    check(done.returncode == 0, f"reading the log ended with {done.returncode}: {done.stderr}")
    frames = map(json.loads, done.stdout.splitlines())
    return {frame["event"]["event_id"]: frame["event"] for frame in frames if "event" in frame}


def needs_no_data(event):
    """Whether the clock alone brings this about: that prices stopped coming."""
    return event["transition"] in CLOCK_TRANSITIONS or event["warning"]["kind"] == "WARNING_KIND_BLIND"


def check_explanations(server, events):
    def explain(event):
        warning = event["warning"]
        answer = cli(server, "warnings", "explain", warning["name"], "--generation", warning["generation"], ok=(0, 1))
        check(answer.get("reproduced"), f"{warning['name']} generation {warning['generation']} is not reproduced: "
              f"{answer.get('difference')}")
        check(answer["event"]["event_id"] == event["event_id"], f"{warning['name']}: explains another event")

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(explain, events))
    transitions = collections.Counter(event["transition"].removeprefix("TRANSITION_") for event in events)
    print(f"warnings: {len(events)} events received and reproduced: {dict(transitions)}", flush=True)


def check_again(server, sets, state):
    """A second run skips every document; --again sends them all and changes nothing."""
    for data_set in sets:
        report = ingest(server, data_set.feed, data_set.source, state)
        for told in report["documents"]:
            check(told["skipped"], f"{told['document']} was not skipped in the second run")
        again = ingest(server, data_set.feed, data_set.source, state, "--again")["total"]
        check(again["accepted"] == again["suspicious"] == 0 and again["read"] == again["refused"] + again["duplicate"],
              f"{data_set.feed} --again changed the store: {again}")
        check(again["refused"] == report["total"]["refused"], f"{data_set.feed} --again refused {again['refused']}")


def main():
    need_shared("data")
    with tempfile.TemporaryDirectory(prefix="glutwatch-real-data-") as name:
        folder = pathlib.Path(name)
        sets = data_sets(folder)
        server = Server(folder / "server", catalogs=CATALOGS).start()
        agency = Agency(server, folder)
        reports = []
        for data_set in sets:
            begin = time.monotonic()
            reports.append(ingest(server, data_set.feed, data_set.source, folder / "state"))
            total = reports[-1]["total"]
            print(f"{data_set.feed}: {total} in {time.monotonic() - begin:.1f} s", flush=True)
        print(f"judged {wait_judged(server, JUDGED_SECONDS):.1f} s after the last row", flush=True)
        names, ledgers = names_of(server), []
        for data_set, report in zip(sets, reports):
            ledgers.append(expected.Ledger(names))
            check_accounts(data_set, report, [data_set.read(path) for path in data_set.paths], ledgers[-1])
        check_content(server, ledgers)
        log = whole_log(server)
        check(log, "the data brought no warning at all")
        agency.wait_for(list(log))
        check_explanations(server, agency.events())
        check_again(server, sets, folder / "state")
        wait_judged(server, JUDGED_SECONDS)
        check_content(server, ledgers)
        later = [event for event_id, event in whole_log(server).items() if event_id not in log]
        check(all(map(needs_no_data, later)), f"the second run changed the warnings: {later[:3]}")
        print(f"peak memory of glutwatchd: {server.peak_memory_mib():.0f} MiB", flush=True)
        agency.stop()
        server.stop()


if __name__ == "__main__":
    main()
