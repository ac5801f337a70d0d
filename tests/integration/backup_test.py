#!/usr/bin/env python3
"""Backups of a real server under continuous ingest: made while rows come in, with the server killed
(SIGKILL) while it makes them, and with the restore killed. Then asks for proof:

  * every backup that is listed without a problem verifies, whatever was killed since;
  * a restored copy has the digest that the backup had when it was made, and that the source has
    as of the same commit;
  * a killed restore leaves nothing at its target, and the next one succeeds;
  * a server on the restored copy serves it and has an epoch of its own.

GLUTWATCH_BACKUP_KILLS (4) and GLUTWATCH_BACKUP_SEED choose how many of each and when.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import time

from harness import BIN, Server, adopt, check, cli, ingest_command, wait_judged

KEEP = 3  # backups
KILLS = int(os.environ.get("GLUTWATCH_BACKUP_KILLS", "4"))
SEED = int(os.environ.get("GLUTWATCH_BACKUP_SEED", "20261127"))
DAYS_A_FILE = 200
PRODUCTS = 60
BATCH = ("--batch-rows", "200", "--in-flight", "4", "--quiet")


class Writer:
    """Runs the feed worker over one file after another until it is told to stop; survives kills of the server."""

    def __init__(self, server, folder, rng):
        self.server, self.folder, self.rng = server, folder, rng
        self.files = self.runs = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _file(self):
        path = self.folder / f"prices-{self.files}.csv"
        first = 365 * self.files // 2
        with open(path, "w", encoding="utf-8") as out:
            out.write("品名,最低价,平均价,最高价,规格,单位,发布日期\n")
            for n in range(first, first + DAYS_A_FILE):
                day = time.strftime("%Y-%m-%d", time.gmtime(n * 86400))
                for p in range(PRODUCTS):
                    price = f"{self.rng.uniform(1, 9):.2f}"
                    out.write(f"菜{p},{price},{price},{price},普通,斤,{day}\n")
        self.files += 1
        return path

    def _run(self):
        while not self.stopping.is_set():
            path = self._file()
            state = self.folder / f"state-{self.files}"
            while subprocess.run(ingest_command(self.server, "xinfadi", path, state, *BATCH), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL).returncode != 0:
                if self.stopping.is_set():
                    return
                time.sleep(0.2)
            self.runs += 1

    def stop(self):
        self.stopping.set()
        self.thread.join()


def backup(*arguments, server=None, ok=(0,)):
    """Runs `glutwatch backup ... -o json`; what it printed, parsed."""
    admin = ["--admin", server.addresses["admin"]] if server else []
    command = [str(a) for a in (BIN / "glutwatch", "-o", "json", "backup", *admin, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    check(done.returncode in ok, f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def start_backup(server):
    return adopt(subprocess.Popen(
        [BIN / "glutwatch", "-o", "json", "backup", "--admin", server.addresses["admin"], "create"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


def good_backups(folder):
    listed = backup("list", "--from", folder, ok=(0, 1)).get("backups", [])
    return [b for b in listed if not b.get("problem")]


def number(one):
    return int(one["name"].rsplit("/", 1)[1])


def kill_while_backing_up(server, backups, rng):
    """Kills the server at random moments of a backup; what was good before stays good."""
    slowest = 1.0
    for _ in range(KILLS):
        before = {b["name"] for b in good_backups(backups)}
        client = start_backup(server)
        time.sleep(rng.uniform(0.0, slowest))
        server.kill()
        client.wait()
        server.start()
        after = good_backups(backups)
        # A backup that was whole before the kill may have made room for itself: the oldest go.
        gone = [n for n in before if n not in {b["name"] for b in after}]
        oldest = number(after[0])
        check(not gone or (len(after) >= KEEP and all(number({"name": n}) < oldest for n in gone)),
              f"a good backup is gone: had {before}, have {after}")
        for one in after:
            backup("verify", "--from", backups, "--id", number(one))
    begin = time.monotonic()
    made = backup("create", server=server)["backup"]
    took = time.monotonic() - begin
    check(not backup("list", "--from", backups)["backups"][-1].get("problem"), "the newest backup has a problem")
    left = sorted(p.name for p in (backups / "meta").iterdir())
    sealed = sorted(p.name for p in (backups / "seal").iterdir() if not p.name.endswith(".tmp"))
    check(left == sealed, f"unfinished backups were not removed: meta {left}, seal {sealed}")
    return made, took


def kill_while_restoring(backups, target, rng):
    """Kills a restore at random moments: nothing is at the target, or all of it. Returns how long a whole one takes."""
    shutil.rmtree(target, ignore_errors=True)
    command = [BIN / "glutwatch", "-o", "json", "backup", "restore", "--from", backups, "--to", target]
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - begin
    cut = 0
    for _ in range(KILLS):
        shutil.rmtree(target, ignore_errors=True)
        process = adopt(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(rng.uniform(0, whole))
        process.kill()
        process.wait()
        if target.exists():
            backup("digest", "--data-dir", target)
        else:
            cut += 1
    shutil.rmtree(target, ignore_errors=True)
    return cut, whole


def check_equal_to_source(server, backups, target):
    """The restored copy, the backup, and the source as of the same commit hold the same prices."""
    restored = backup("restore", "--from", backups, "--to", target)
    check(restored["content"]["digest"] == restored["backup"]["digest"],
          f"the copy's digest is {restored['content']['digest']}, the backup's {restored['backup']['digest']}")
    source_epoch = restored["backup"]["store_epoch"]
    check(restored["restored_epoch"] != source_epoch, "the copy has the epoch of its original")
    server.stop()
    source = backup("digest", "--data-dir", server.folder / "data", "--as-of", restored["backup"]["newest_record_time"])
    check(source["history_digest"] == restored["content"]["history_digest"],
          "the copy's prices are not those of the source as of the same commit")
    check(source["version_count"] == restored["content"]["version_count"], "versions differ")
    again = backup("digest", "--data-dir", target)
    check(again["digest"] == restored["content"]["digest"], "the copy's digest changes when it is opened")
    return restored


def check_serves(folder, target, versions):
    copy = Server(folder / "copy")
    copy.config.write_text(copy.config.read_text().replace(str(copy.folder / "data"), str(target)))
    copy.start()
    wait_judged(copy, 120)
    series = cli(copy, "catalog", "series", "list")["series"]
    check(len(series) == PRODUCTS, f"{len(series)} series in the copy, expected {PRODUCTS}")
    copy.stop()
    return int(versions)


def main():
    rng = random.Random(SEED)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="glutwatch-backup-") as name:
        folder = pathlib.Path(name)
        backups, target = folder / "backups", folder / "restored"
        server = Server(folder / "server", extra=f"backup:\n  dir: {backups}\n  keep_count: {KEEP}\n").start()
        server.keep_port()
        writer = Writer(server, folder, rng)
        while writer.runs == 0:
            time.sleep(0.05)
        first = backup("create", server=server)
        check(first["state"] == "JOB_STATE_SUCCEEDED", first)
        made, took = kill_while_backing_up(server, backups, rng)
        cut, whole = kill_while_restoring(backups, target, rng)
        backup("verify", server=server)
        kept = good_backups(backups)
        check(1 <= len(kept) <= 3, f"{len(kept)} backups are kept, expected at most 3")
        metrics = server.http_get("/metrics")[1]
        check("glutwatch_backup_newest_timestamp_seconds" in metrics and "glutwatch_backup_last_failed 0" in metrics,
              "the metrics do not tell of backups")
        writer.stop()
        restored = check_equal_to_source(server, backups, target)
        versions = check_serves(folder, target, restored["content"]["version_count"])
        size = int(made["size_bytes"]) / 2**20
        print(f"seed {SEED}: {KILLS} kills of the server during a backup, {KILLS} of a restore ({cut} before its end), "
              f"ingest of {writer.runs} files going on; {versions} versions equal to the source as of the same commit; "
              f"backup of {size:.1f} MiB in {took:.2f} s, restored and verified in {whole:.2f} s; "
              f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
