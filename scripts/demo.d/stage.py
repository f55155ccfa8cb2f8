"""Exchange, router and clients as processes, with files in one folder.

What scripts/demo and the end-to-end tests stand on. Ports are chosen by the kernel where it has
them, secrets made up for each run; nothing waits but for an event with a deadline, and whatever was
started is ended.
"""

import base64
import csv
import ctypes
import functools
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench/peers"))
import network  # noqa: E402
from fault_proxy import FaultProxy  # noqa: E402

# Generous: a loaded machine is no failure. What is waited for comes in milliseconds.
PATIENCE_S = 30
SYMBOLS = "BTC-USD=BTC/USD"
QUOTES = "BTC/USD:bid=1@59990.0,bid=1@59980.0,ask=1@60010.0,ask=1@60020.0"
QUICKFIX = "bench/peers/quickfix_client"
QUICKFIX_VENUE = "bench/peers/quickfix_venue"
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = [signal.SIGTERM, signal.SIGINT]

# One for all stages of a process: hashing is slow on purpose.
PASSWORD = secrets.token_urlsafe(24)

_libc = ctypes.CDLL(None)


class Failure(Exception):
    """Something did not go as it must; the text is for people."""


def build_folder():
    return pathlib.Path(os.environ.get("TERCEL_BUILD", ROOT / "build")).resolve()


def write_private(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


@functools.cache
def hash_of(build, password):
    """What `tercel passwd` makes of it."""
    made = subprocess.run([build / "core/app/tercel", "passwd"], input=password + "\n", text=True,
                          capture_output=True, timeout=PATIENCE_S, check=False)
    if made.returncode != 0:
        raise Failure(f"tercel passwd: {made.stderr}")
    return made.stdout


def free_port():
    """For a program that cannot choose one itself; somebody else may take it first, seldom."""
    with socket.create_server((network.HERE.venue_host, 0)) as listener:
        return listener.getsockname()[1]


def wait_until(what, condition, patience=PATIENCE_S):
    """What `condition` gives, once that is true."""
    end = time.monotonic() + patience
    while not (result := condition()):
        if time.monotonic() > end:
            raise Failure(f"in vain for {patience} s: {what}")
        time.sleep(0.005)
    return result


class Process:
    """One child with its log. `outlives` us, or dies with us, however we end."""

    def __init__(self, name, command, log, outlives=False, **more):
        self.name, self.log_path = name, log
        with open(log, "w", encoding="utf-8") as out:
            self.popen = subprocess.Popen(
                [str(word) for word in command], stderr=out,
                stdin=more.pop("stdin", subprocess.DEVNULL), stdout=more.pop("stdout", out),
                start_new_session=outlives,
                preexec_fn=functools.partial(self._become_child, outlives), **more)

    @staticmethod
    def _become_child(outlives):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        if not outlives:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def is_running(self):
        return self.popen.poll() is None

    def failure(self, what):
        tail = "".join(f"  | {line}\n" for line in self.log().splitlines()[-20:])
        return Failure(f"{self.name} {what}; the end of {self.log_path}:\n{tail}")

    def say(self, line):
        """To its stdin, which is a pipe."""
        self.popen.stdin.write(line.encode() + b"\n")
        self.popen.stdin.flush()

    def wait_for_line(self, pattern, times=1):
        """The match of the first line of the log in which `pattern` occurs, once it has so often.
        """
        def find():
            running = self.is_running()
            matches = list(re.finditer(pattern, self.log(), re.MULTILINE))
            if len(matches) < times and not running:
                raise self.failure(f"ended (status {self.popen.returncode})")
            return matches[0] if len(matches) >= times else None
        try:
            return wait_until(pattern, find)
        except Failure as failure:
            if self.is_running():
                raise self.failure(f"does not say '{pattern}'") from failure
            raise

    def wait(self, patience=PATIENCE_S):
        """The exit status; a signal's is negative."""
        try:
            return self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            raise self.failure(f"does not end within {patience} s") from None

    def stop(self, patience=PATIENCE_S):
        if self.is_running():
            self.popen.send_signal(signal.SIGTERM)
        return self.wait(patience)

    def kill(self):
        """Not by Popen's wait: an interrupt in the middle of one leaves its lock taken for good."""
        if self.popen.returncode is not None:
            return
        try:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # still our child
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass


class Stage:
    """A folder, and the processes at work in it."""

    def __init__(self, folder, outlives=False, where=network.HERE):
        self.folder = pathlib.Path(folder).resolve()
        self.build = build_folder()
        self.outlives = outlives
        self.network = where
        self.processes = []
        self.exchange = self.router = None
        self.venue_port = self.port = 0
        self.host = where.router_host  # of clients: the router, or what stands before it
        self.password = PASSWORD
        self.api_key = base64.b64encode(secrets.token_bytes(42)).decode()
        self.api_secret = base64.b64encode(secrets.token_bytes(64)).decode()
        self.write_secrets()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends what still runs, youngest first."""
        for process in reversed(self.processes):
            process.kill()
        self.processes.clear()

    def path(self, name):
        return self.folder / name

    def write_secrets(self):
        write_private(self.path("kraken.key"), self.api_key + "\n")
        write_private(self.path("kraken.secret"), self.api_secret + "\n")
        write_private(self.path("client.password"), self.password + "\n")
        write_private(self.path("acme.password"), hash_of(self.build, self.password))

    def start(self, name, command, role=None, **more):
        """Where its `role` is at home. Whoever interrupts us meanwhile waits until the child is
        known, and so will be ended.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            process = Process(name, [*self.network.inside(role or name), *command],
                              self.path(f"{name}.log"), self.outlives, **more)
            self.processes.append(process)
            return process
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    # The exchange.

    def start_exchange(self, *options, quotes=QUOTES, port=0):
        for name in ("exchange.port", "exchange.csv"):
            self.path(name).unlink(missing_ok=True)
        self.exchange = self.start("exchange", [
            self.build / "venues/exchange/tercel-exchange", "--venue", "kraken-spot",
            "--listen", f"{self.network.venue_host}:{port}",
            "--port-file", self.path("exchange.port"),
            "--comp-id", "TERCEL", "--key-file", self.path("kraken.key"),
            "--secret-file", self.path("kraken.secret"), "--ledger", self.path("exchange.csv"),
            "--raw-log", self.path("exchange.messages"), "--quotes", quotes, *options],
            role="venue")
        self.exchange.wait_for_line(r"kraken-spot at ")
        self.venue_port = int(self.path("exchange.port").read_text())

    # The router.

    def write_config(self, *edits):
        """core/app/example.yaml with this run's ports, a password and the edits (old, new)."""
        text = (ROOT / "core/app/example.yaml").read_text()
        at = f"{self.network.router_host}:{self.network.router_port}"
        for old, new in [("127.0.0.1:5001", at),
                         ("127.0.0.1:4001", f"{self.network.venue_host}:{self.venue_port}"),
                         ("target_comp_id: TERCEL\n",
                          "target_comp_id: TERCEL\n    password_file: acme.password\n"),
                         ("file: ledger.csv", "file: router.csv"), *edits]:
            if text.count(old) != 1:
                raise Failure(f"example.yaml has '{old}' {text.count(old)} times, not once")
            text = text.replace(old, new)
        # A run may fall into the half minute in which the venue is away every day.
        text = text.replace("dialect: kraken-spot\n", "dialect: kraken-spot\n"
                            "    daily_pause: off\n")
        self.path("tercel.yaml").write_text(text + self.network.more_config)

    def start_router(self, *edits, under=(), venue_up=True):
        self.write_config(*edits)
        self.router = self.start("router", [*under, self.build / "core/app/tercel", "run",
                                            self.path("tercel.yaml")])
        listening = self.router.wait_for_line(r"oe listens on [\d.]+:(\d+)$")
        self.port = int(listening[1])
        if venue_up:
            self.router.wait_for_line(r"venue logged on KRAKEN")

    # The client and the verdict.

    def run_client(self, *options, patience=PATIENCE_S):
        """The demo client's exit status; its output is in client.out, what it says in client.log.
        """
        with open(self.path("client.out"), "w", encoding="utf-8") as out:
            client = self.start("client", [
                self.build / "bench/client/tercel-demo-client",
                "--router", f"{self.host}:{self.port}", "--sender", "ACME", "--target", "TERCEL",
                "--password-file", self.path("client.password"),
                "--ledger", self.path("client.csv"), *options], stdout=out)
        status = client.wait(patience)
        if status != 0:
            raise client.failure(f"failed (status {status})")

    def start_quickfix(self, scenario, *options):
        """bench/peers/quickfix_client with this scenario; every message is in quickfix.messages.

        Without one it is said to the client (Process.say) as the test goes on.
        """
        more = {}
        if scenario is None:
            more["stdin"] = subprocess.PIPE
        else:
            self.path("scenario").write_text(scenario)
        return self.start("quickfix", [
            self.build / QUICKFIX, "--host", self.host, "--port", self.port,
            "--sender", "ACME", "--target", "TERCEL",
            "--username", "ACME", "--password-file", self.path("client.password"),
            "--dictionary", ROOT / "bench/peers/fix44.xml",
            "--scenario", "-" if scenario is None else self.path("scenario"),
            "--ledger", self.path("client.csv"), "--log", self.path("quickfix.messages"), *options],
            role="client", **more)

    def start_quickfix_venue(self, *options):
        """bench/peers/quickfix_venue behind a relay that can go wrong, which is returned."""
        port = free_port()
        self.exchange = self.start("venue", [
            self.build / QUICKFIX_VENUE, "--port", port, "--sender", "KRAKEN-TRD",
            "--target", "TERCEL", "--log", self.path("venue.messages"), *options],
            role="venue", stdin=subprocess.PIPE)
        self.exchange.wait_for_line("listens on port")
        proxy = FaultProxy(port, host=self.network.venue_host)
        self.venue_port = proxy.port
        return proxy

    def read_ledger(self, name):
        """Its rows by cl_ord_id; of several the last, which counts."""
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return {row["cl_ord_id"]: row for row in csv.DictReader(file)}

    def stop_router(self):
        status = self.router.stop()
        if status != 0:
            raise self.router.failure(f"failed (status {status})")

    def stop_exchange(self):
        status = self.exchange.stop()
        if status != 0:
            raise self.exchange.failure(f"failed (status {status})")

    def compare(self, client="client.csv"):
        """The run of scripts/compare_ledgers over the three ledgers."""
        return subprocess.run(
            [ROOT / "scripts/compare_ledgers", "--symbols", SYMBOLS, self.path(client),
             self.path("router.csv"), self.path("exchange.csv")],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def fresh_folder(path):
    """An empty folder there. What is in one already is removed only if a stage made it."""
    mark = path / ".made-by-tercel-demo"
    if path.exists() and any(path.iterdir()):
        if not mark.exists():
            raise Failure(f"{path} holds something else; name another folder")
        shutil.rmtree(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()
    return path
