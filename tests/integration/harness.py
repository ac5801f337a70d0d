"""Starts the real programs for the integration and crash tests. Standard library only."""
import atexit
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["GLUTWATCH_BIN"])
SHARED = pathlib.Path(os.environ.get("GLUTWATCH_SHARED", SOURCE.parent / "shared"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
START_SECONDS = float(os.environ.get("GLUTWATCH_START_SECONDS", "60"))


_children = []


def adopt(process):
    """Ends `process` with the test, however that ends."""
    _children.append(process)
    return process


@atexit.register
def _end_children():
    for process in _children:
        if process.poll() is None:
            process.kill()
            process.wait()


def need_shared(folder=""):
    """Ends the test, loudly, where the reference data is absent."""
    if not (SHARED / folder).exists():
        print(f"SKIPPED: no reference data at {SHARED / folder}; set GLUTWATCH_SHARED to run this test")
        sys.exit(SKIPPED)


def check(condition, message):
    if not condition:
        print(f"FAILED: {message}", flush=True)
        raise SystemExit(1)


def is_sanitized():
    """Whether the programs were built with AddressSanitizer, which takes memory and time of its own."""
    return b"__asan_init" in (BIN / "glutwatchd").read_bytes()


class Server:
    """glutwatchd on a folder; ports are chosen by the system at every start."""

    def __init__(self, folder, catalogs=(), rule_pack="deploy/rules/yunnan-basic.yaml", extra=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.address_file = self.folder / "addresses"
        self.log = self.folder / "glutwatchd.log"
        self.config = self.folder / "server.yaml"
        catalog_lines = "".join(f"  - {SOURCE / c}\n" for c in catalogs)
        self.config.write_text(
            f"data_dir: {self.folder / 'data'}\n"
            "listen: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0\nhttp_listen: 127.0.0.1:0\n"
            + (f"catalog_files:\n{catalog_lines}" if catalogs else "")
            + f"rule_pack_file: {SOURCE / rule_pack}\n"
            f"address_file: {self.address_file}\n" + extra)
        self.process = None
        self.addresses = {}

    def keep_port(self):
        """Subscribers and workers find the server where it was after its next start."""
        self.config.write_text(self.config.read_text().replace("\nlisten: 127.0.0.1:0", f"\nlisten: {self.grpc}"))

    def http_get(self, path):
        """(status, text) of the HTTP listener's answer."""
        try:
            with urllib.request.urlopen(f"http://{self.addresses['http']}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def start(self, wait=True):
        self.address_file.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = adopt(subprocess.Popen([BIN / "glutwatchd", "--config", self.config],
                                                  stdout=log, stderr=log))
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.address_file.exists():
                lines = self.address_file.read_text().split()
                self.addresses = dict(line.split("=", 1) for line in lines)
                return
            check(self.process.poll() is None, f"glutwatchd ended while starting; see {self.tail()}")
            time.sleep(0.01)
        check(False, f"glutwatchd was not ready after {START_SECONDS} s; {self.tail()}")

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        # A round of judging is finished first; under a sanitizer, beside other tests, that takes minutes.
        code = self.process.wait(timeout=240)
        check(code == 0, f"glutwatchd ended with {code} on SIGTERM; {self.tail()}")

    @property
    def grpc(self):
        return self.addresses["grpc"]

    def peak_memory_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0


def cli(server, *arguments, ok=(0,)):
    """Runs `glutwatch ... -o json` and returns what it printed, parsed."""
    command = [BIN / "glutwatch", "--server", server.grpc, "-o", "json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    check(done.returncode in ok, f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def wait_judged(server, within_seconds):
    """Waits until everything recorded is judged; returns how long it took. A server that is far behind is not
    ready, and then `status` ends with 1."""
    begin = time.monotonic()
    while time.monotonic() < begin + within_seconds:
        if cli(server, "status", ok=(0, 1))["judging_lag_ms"] == 0:
            return time.monotonic() - begin
        time.sleep(0.1)
    return check(False, f"judging did not catch up within {within_seconds} s")


def ingest_command(server, feed, source, state, *more):
    return [str(a) for a in (BIN / "glutwatch-ingest", "run", "--feed", feed, "--input", source, "--server",
                             server.grpc, "--state-dir", state, "--create-missing", "-o", "json", *more)]


def ingest(server, feed, source, state, *more):
    done = subprocess.run(ingest_command(server, feed, source, state, *more), capture_output=True, text=True)
    check(done.returncode == 0, f"glutwatch-ingest of {source} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)
