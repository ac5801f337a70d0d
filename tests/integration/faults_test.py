#!/usr/bin/env python3
"""The real programs under fault: a full disk, a failed fsync, damaged and torn logs, a bad
configuration, a second server on the same folder, SIGTERM.

Nothing acknowledged is lost in any of these; each says what is wrong. A part that this machine does
not allow (mounting, tracing) is skipped, loudly.

usage: faults_test.py [NAME...]
"""
import contextlib
import csv
import datetime
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import BIN, SKIPPED, Server, adopt, check, cli, ingest, ingest_command

FIRST_DAY = datetime.date(2024, 1, 1)
PRODUCTS = 20
BATCH_ROWS = 100
DRAIN_SECONDS = 15
PATIENCE_SECONDS = 60


class Skip(Exception):
    pass


def write_prices(path, first, days, products=range(PRODUCTS)):
    """A file of the Xinfadi export; (product, day) -> price of what is in it."""
    rows = {}
    with open(path, "w", encoding="utf-8") as out:
        out.write("品名,最低价,平均价,最高价,规格,单位,发布日期\n")
        for n in range(first, first + days):
            day = (FIRST_DAY + datetime.timedelta(days=n)).isoformat()
            for p in products:
                price = f"{2 + p * 0.1 + (n * 7 + p * 3) % 20 * 0.01:.2f}".rstrip("0").rstrip(".")
                out.write(f"菜{p},{price},{price},{price},普通,斤,{day}\n")
                rows[f"products/菜{p}", day] = price
    return rows


def stored(server):
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "csv", "prices", "query", "--market",
                           "xinfadi", "--all-versions"], capture_output=True, text=True)
    if done.returncode == 3 and "no series matches" in done.stderr:
        return {}
    check(done.returncode == 0, f"prices query ended with {done.returncode}: {done.stderr}")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    prices = {(row["product"], row["market_date"]): row["modal_price"] for row in rows}
    check(len(prices) == len(rows), f"{len(rows) - len(prices)} rows have a second version")
    return prices


def check_stored(server, wanted, when):
    got = stored(server)
    check(got == wanted, f"{when}: {len(wanted.keys() - got.keys())} rows are lost, {len(got.keys() - wanted.keys())} "
          f"are too many, of {len(wanted)}")


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        check(time.monotonic() < deadline, f"after {PATIENCE_SECONDS} s still not: {what}")
        time.sleep(0.05)


def metric(server, name):
    for line in server.http_get("/metrics")[1].splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return check(False, f"there is no metric {name}")


def status_of(server):
    """`glutwatch status`: how the server is through gRPC health."""
    return cli(server, "status", ok=(0, 1))


def write_is_refused(server, folder, code, reason):
    """A write by hand, because the worker waits for better times instead of printing the answer."""
    catalog = folder / "region.yaml"
    catalog.write_text("regions:\n  - name: regions/zz-test\n    display_name: test\n    code_system: test\n")
    done = subprocess.run([BIN / "glutwatch", "--server", server.grpc, "-o", "json", "catalog", "import", catalog],
                          capture_output=True, text=True)
    check(done.returncode == 5, f"a write ended with {done.returncode}, expected 5: {done.stdout}{done.stderr}")
    error = json.loads(done.stderr)
    check(error["status"] == code and reason in done.stderr, f"a write was answered {done.stderr}, expected {code} "
          f"with {reason}")


def check_not_writable(server, folder, code, reason):
    ready, why = server.http_get("/readyz")
    check(ready == 503 and reason in why, f"/readyz is {ready} {why}, expected 503 with {reason}")
    check(server.http_get("/healthz")[0] == 200, "/healthz is not 200 while the process lives")
    wait_until(lambda: not status_of(server)["writable"], "gRPC health says that writes are not served")
    told = status_of(server)
    check(told["alive"] and told["ready"], f"glutwatch status says {told}")
    write_is_refused(server, folder, code, reason)


def start_worker(server, source, folder, batch_rows="50"):
    command = ingest_command(server, "xinfadi", source, folder / "state", "--batch-rows", batch_rows, "--quiet")
    return adopt(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))


def finish(worker, rows):
    out, error = worker.communicate(timeout=2 * PATIENCE_SECONDS)
    check(worker.returncode == 0, f"glutwatch-ingest ended with {worker.returncode}: {error}{out}")
    total = json.loads(out)["total"]
    check(total["accepted"] + total["suspicious"] + total["duplicate"] == total["read"] == rows,
          f"of {rows} rows: {total}")


# --- a full disk


@contextlib.contextmanager
def small_disk(path, mib):
    path.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", path], capture_output=True,
                             text=True)
    if mounted.returncode != 0:
        raise Skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def fill(path, leave_bytes):
    """Fills the disk, and again what the server's own tidying frees, until nothing more is freed."""
    full_rounds = 0
    with open(path, "wb", buffering=0) as out:
        while full_rounds < 10:
            free = os.statvfs(path.parent)
            left = free.f_bavail * free.f_frsize - leave_bytes
            full_rounds = full_rounds + 1 if left <= 0 else 0
            while left > 0:
                try:
                    left -= out.write(b"x" * min(left, 1 << 20))
                except OSError:  # ENOSPC
                    break
            time.sleep(0.1)


def fill_and_recover(folder, reserve_mib, leave_bytes):
    with small_disk(folder / "server" / "data", 64):
        server = Server(folder / "server", extra=f"disk_reserve_mib: {reserve_mib}\n").start()
        before = write_prices(folder / "before.csv", 0, 100)
        after = write_prices(folder / "after.csv", 100, 200)
        ingest(server, "xinfadi", folder / "before.csv", folder / "state")
        fill(folder / "server" / "data" / "dummy", leave_bytes)
        refused = metric(server, "glutwatch_intake_failed_batches_total")
        worker = start_worker(server, folder / "after.csv", folder)
        wait_until(lambda: metric(server, "glutwatch_intake_failed_batches_total") > refused, "a push is refused")
        wait_until(lambda: server.http_get("/readyz")[0] == 503, "/readyz is 503")
        check(metric(server, "glutwatch_store_disk_full") == 1, "the metric does not say that the disk is full")
        check_not_writable(server, folder, "RESOURCE_EXHAUSTED", "DISK_FULL")
        full = stored(server)
        check(before.items() <= full.items(), "acknowledged rows cannot be read while the disk is full")
        check(worker.poll() is None, "the worker gave up instead of waiting for space")
        (folder / "server" / "data" / "dummy").unlink()
        finish(worker, len(after))
        check_stored(server, before | after, "with space again")
        wait_until(lambda: server.http_get("/readyz")[0] == 200, "/readyz is 200 again")
        server.kill()
        server.start()
        check_stored(server, before | after, "after SIGKILL")
        server.stop()


def filled_by_its_own_rows(folder):
    """Ingest goes on until the disk is full, folds included; then somebody makes room."""
    with small_disk(folder / "server" / "data", 64):
        dummy = folder / "server" / "data" / "dummy"
        fill(dummy, leave_bytes=5 << 20)  # before the log takes its room in advance
        server = Server(folder / "server", extra="disk_reserve_mib: 4\nhead_mib: 1\n").start()
        rows, round_number = {}, 0
        worker, pending = None, {}
        while server.http_get("/readyz")[0] == 200:
            if worker is not None and worker.poll() is None:
                time.sleep(0.05)
                continue
            if worker is not None:
                finish(worker, len(pending))
            rows |= pending
            path = folder / f"prices-{round_number}.csv"
            pending = write_prices(path, 0, 1000, range(round_number * PRODUCTS, (round_number + 1) * PRODUCTS))
            check(round_number < 60, "the disk did not fill")
            worker = start_worker(server, path, folder, "1000")
            round_number += 1
        check_not_writable(server, folder, "RESOURCE_EXHAUSTED", "DISK_FULL")
        check(metric(server, "glutwatch_store_disk_full") == 1, "the metric does not say that the disk is full")
        full = stored(server)
        check(rows.items() <= full.items(), "acknowledged rows cannot be read while the disk is full")
        check(full.items() <= (rows | pending).items(), "there are rows that nobody sent")
        cli(server, "warnings", "list")
        server.kill()  # and a start on a full disk serves what is there
        server.start()
        check(full.items() <= stored(server).items(), "rows are lost by a start on a full disk")
        server.kill()
        dummy.unlink()
        server.keep_port()
        server.start()
        worker.kill()
        ingest(server, "xinfadi", path, folder / "state", "--batch-rows", "1000")
        check_stored(server, rows | pending, "with space again")
        wait_until(lambda: server.http_get("/readyz")[0] == 200, "/readyz is 200 again")
        print(f"  {len(rows)} rows acknowledged before the disk was full, {len(pending)} under way")
        server.stop()


def disk_reserve_reached(folder):
    fill_and_recover(folder, reserve_mib=8, leave_bytes=4 << 20)


def disk_full_to_the_last_byte(folder):
    fill_and_recover(folder, reserve_mib=1, leave_bytes=0)


# --- a failed fsync


def attach_failing_sync(server, trace, when=1):
    """From now on each thread's fsync number `when` fails; every call is noted in `trace`."""
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    tracer = adopt(subprocess.Popen(
        ["strace", "-f", "-p", str(server.process.pid), "-o", trace, "-e", "trace=fsync,fdatasync", "-e",
         f"inject=fsync,fdatasync:error=EIO:when={when}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))

    def traced():
        if tracer.poll() is not None:
            raise Skip(f"strace cannot trace here: {tracer.stderr.read().strip()}")
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/status")
        return all("TracerPid:\t0\n" not in task.read_text() for task in tasks)

    wait_until(traced, "strace has attached")
    return tracer


def failed_sync(folder):
    # A traced program cannot look for leaks at its end, where ASan does.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    server = Server(folder / "server").start()
    server.keep_port()
    server.stop()
    server.start()
    before = write_prices(folder / "before.csv", 0, 100)
    after = write_prices(folder / "after.csv", 100, 200)
    ingest(server, "xinfadi", folder / "before.csv", folder / "state")
    tracer = attach_failing_sync(server, folder / "trace")
    worker = start_worker(server, folder / "after.csv", folder)
    wait_until(lambda: server.http_get("/readyz")[0] == 503, "/readyz is 503")
    for _ in range(3):
        check_not_writable(server, folder, "UNAVAILABLE", "FAILED_SYNC")
    check(before.items() <= stored(server).items(), "acknowledged rows cannot be read after a failed fsync")
    check(worker.poll() is None, "the worker gave up instead of waiting for a restart")
    server.stop()
    tracer.wait(timeout=PATIENCE_SECONDS)
    calls = [line for line in (folder / "trace").read_text().splitlines() if "sync(" in line]
    check(len(calls) == 1 and "(INJECTED)" in calls[0], f"expected one failed fsync and then none, got {calls}")
    server.start()
    check(before.items() <= stored(server).items(), "acknowledged rows are lost after the restart")
    finish(worker, len(after))
    check_stored(server, before | after, "after a failed fsync and a restart")
    server.stop()


def later_failed_sync(folder):
    """The n-th fsync of a thread fails while rows come in and the head is folded all the time."""
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    for when in (2, 5, 11, 23, 47):
        home = folder / f"when-{when}"
        server = Server(home / "server", extra="head_mib: 1\n").start()
        server.keep_port()
        server.stop()
        server.start()
        rows = write_prices(home / "prices.csv", 0, 600)
        tracer = attach_failing_sync(server, home / "trace", when)
        worker = start_worker(server, home / "prices.csv", home)
        wait_until(lambda: server.http_get("/readyz")[0] == 503, "/readyz is 503")
        check_not_writable(server, home, "UNAVAILABLE", "FAILED_SYNC")
        served = stored(server)
        check(served.items() <= rows.items(), "there are rows that nobody sent")
        server.stop()
        tracer.wait(timeout=PATIENCE_SECONDS)
        calls = [line for line in (home / "trace").read_text().splitlines() if "sync(" in line]
        failed = [n for n, line in enumerate(calls) if "(INJECTED)" in line]
        check(failed and failed[0] == len(calls) - 1, f"syncs after the failed one: {calls[failed[0]:]}")
        server.start()
        check(served.items() <= stored(server).items(), f"rows that were served are lost, fsync {when}")
        print(f"  fsync {when} of a thread failed after {len(served)} of {len(rows)} rows")
        finish(worker, len(rows))
        check_stored(server, rows, f"after fsync {when} failed and a restart")
        server.stop()


def failed_sync_at_start(folder):
    """The n-th fsync of opening fails: the server does not start, and nothing is lost."""
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    server = Server(folder / "server").start()
    rows = write_prices(folder / "prices.csv", 0, 100)
    ingest(server, "xinfadi", folder / "prices.csv", folder / "state")
    server.kill()
    refused = 0
    for when in range(1, 40):
        shutil.rmtree(folder / "copy", ignore_errors=True)
        copy = Server(folder / "copy")
        shutil.copytree(folder / "server" / "data", folder / "copy" / "data")
        traced = adopt(subprocess.Popen(
            ["strace", "-f", "-o", folder / "trace", "-e", "trace=fsync,fdatasync", "-e",
             f"inject=fsync,fdatasync:error=EIO:when={when}", BIN / "glutwatchd", "--config", copy.config],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
        wait_until(lambda: traced.poll() is not None or copy.address_file.exists(), "it starts or ends")
        if traced.poll() is None:
            # It serves: an fsync that failed on the way up has stopped its writes, no more.
            for child in pathlib.Path(f"/proc/{traced.pid}/task/{traced.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            traced.wait(timeout=PATIENCE_SECONDS)
        else:
            said = traced.stderr.read()
            if "ptrace" in said:
                raise Skip(f"strace cannot trace here: {said.strip()}")
            refused += 1
            check(traced.returncode == 5, f"ended with {traced.returncode}, expected 5, on fsync {when}: {said}")
        injected = "(INJECTED)" in (folder / "trace").read_text()
        shutil.rmtree(folder / "again", ignore_errors=True)
        again = Server(folder / "again")
        shutil.copytree(folder / "copy" / "data", folder / "again" / "data")
        again.start()
        check_stored(again, rows, f"after fsync {when} of opening failed")
        again.stop()
        if not injected:
            break
    check(refused > 0, "no fsync of opening failed")
    print(f"  {refused} of {when} fsyncs of opening kept the server from starting")


# --- damage


def killed_store(folder):
    """A server's folder after SIGKILL, its rows, and the log with most of them."""
    server = Server(folder / "server").start()
    rows = write_prices(folder / "prices.csv", 0, 200)
    ingest(server, "xinfadi", folder / "prices.csv", folder / "state", "--batch-rows", str(BATCH_ROWS),
           "--in-flight", "1")  # each batch a record of its own
    server.kill()
    log = max((folder / "server" / "data").glob("*.log"), key=lambda path: path.stat().st_size)
    return rows, log


def copy_of(log, folder):
    """A server that is not running on a copy of the store, and the copy of the log."""
    server = Server(folder)
    shutil.copytree(log.parent, folder / "data")
    return server, folder / "data" / log.name


def damage_in_the_middle(folder):
    rows, log = killed_store(folder)
    size = log.stat().st_size
    for percent in (5, 25, 50, 75, 90):
        server, copy = copy_of(log, folder / f"damaged-{percent}")
        original = copy.read_bytes()
        at = size * percent // 100
        copy.write_bytes(original[:at] + bytes([original[at] ^ 0x40]) + original[at + 1:])
        server.start(wait=False)
        code = server.process.wait(timeout=PATIENCE_SECONDS)
        check(code == 7, f"glutwatchd ended with {code} on a damaged log, expected 7: {server.tail()}")
        named = re.search(re.escape(copy.name) + r"\D+(\d+)", server.tail())
        check(named, f"the message does not name {copy.name} and an offset: {server.tail()}")
        check(at - 40_000 <= int(named[1]) <= at, f"offset {named[1]} is told for damage at {at}: {server.tail()}")
        copy.write_bytes(original)
        server.start()
        check_stored(server, rows, "with the log as it was")
        server.stop()


def torn_tail(folder):
    """Only what was cut is gone: whole batches, from the end. (The last record may be a judgement, not a batch.)"""
    rows, log = killed_store(folder)
    for cut, most in ((1, BATCH_ROWS), (10, BATCH_ROWS), (300, 10 * BATCH_ROWS)):
        server, copy = copy_of(log, folder / f"torn-{cut}")
        os.truncate(copy, copy.stat().st_size - cut)
        server.start()
        left = stored(server)
        gone = len(rows) - len(left)
        check(0 <= gone <= most and gone % BATCH_ROWS == 0 and left == dict(list(rows.items())[:len(left)]),
              f"{gone} of {len(rows)} rows are gone after {cut} bytes were cut off")
        ingest(server, "xinfadi", folder / "prices.csv", folder / f"torn-state-{cut}")
        check_stored(server, rows, "sent once more")
        server.stop()


# --- configuration, a second server, SIGTERM


def bad_configuration(folder):
    """Exit code 1, and a message that names file, line and key."""
    server = Server(folder)
    good = server.config.read_text()
    end = good.count("\n") + 1
    cases = ((end, "colour", good + "colour: blue\n"), (end, "head_mib", good + "head_mib: many\n"),
             (end, "head_mib", good + "head_mib: 0\n"),
             (2, "listen", good.replace("\nlisten: 127.0.0.1:0", "\nlisten: [1, 2]")),
             (2, "listen", good.replace("\nlisten: 127.0.0.1:0", "\nlisten: nowhere")),
             (2, "YAML", "data_dir: {\n"))  # its end is missing
    for line, key, text in cases:
        server.config.write_text(text)
        done = subprocess.run([BIN / "glutwatchd", "--config", server.config], capture_output=True, text=True)
        check(done.returncode == 1, f"ended with {done.returncode}, expected 1, on\n{text}{done.stderr}")
        check(f"{server.config}:{line}" in done.stderr and key in done.stderr,
              f"{done.stderr} does not name line {line} and {key} of\n{text}")


def second_server(folder):
    server = Server(folder).start()
    second = subprocess.run([BIN / "glutwatchd", "--config", server.config], capture_output=True, text=True,
                            timeout=PATIENCE_SECONDS)
    check(second.returncode == 5, f"a second glutwatchd ended with {second.returncode}, expected 5: {second.stderr}")
    check(str(server.process.pid) in second.stderr, f"the message does not name the holder: {second.stderr}")
    check(status_of(server)["writable"], "the first server was harmed")
    server.stop()


def sigterm_drains(folder):
    server = Server(folder / "server").start()
    server.keep_port()
    server.stop()
    server.start()
    rows = write_prices(folder / "prices.csv", 0, 600)
    with open(folder / "watched", "wb") as out:
        watcher = adopt(subprocess.Popen([BIN / "glutwatch", "--server", server.grpc, "-o", "jsonl", "warnings",
                                          "watch"], stdout=out))
    wait_until(lambda: (folder / "watched").stat().st_size > 0, "the subscriber has its snapshot")
    worker = start_worker(server, folder / "prices.csv", folder)
    for _ in range(5):
        time.sleep(0.05)
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(timeout=PATIENCE_SECONDS)
        took = time.monotonic() - begin
        check(code == 0 and took < DRAIN_SECONDS, f"SIGTERM: ended with {code} after {took:.1f} s; {server.tail()}")
        server.start()
    finish(worker, len(rows))
    check_stored(server, rows, "after five restarts")
    check(watcher.poll() is None, "the subscriber did not outlive the restarts")
    watcher.kill()
    server.stop()


def deleted_log(folder):
    """A store without its newest log is refused, not taken for one with fewer rows."""
    _, log = killed_store(folder)
    server, copy = copy_of(log, folder / "deleted")
    copy.unlink()
    server.start(wait=False)
    code = server.process.wait(timeout=PATIENCE_SECONDS)
    check(code == 7 and copy.name in server.tail(), f"glutwatchd ended with {code} without its log: {server.tail()}")


PARTS = (disk_reserve_reached, disk_full_to_the_last_byte, filled_by_its_own_rows, failed_sync, later_failed_sync,
         failed_sync_at_start, damage_in_the_middle, deleted_log, torn_tail, bad_configuration, second_server,
         sigterm_drains)


def main():
    skipped = 0
    chosen = [part for part in PARTS if part.__name__ in sys.argv[1:]] or PARTS
    for part in chosen:
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="glutwatch-faults-") as name:
            try:
                part(pathlib.Path(name))
                print(f"ok {part.__name__} {time.monotonic() - begin:.1f} s", flush=True)
            except Skip as why:
                skipped += 1
                print(f"SKIPPED {part.__name__}: {why}", flush=True)
    sys.exit(SKIPPED if skipped == len(chosen) else 0)


if __name__ == "__main__":
    main()
