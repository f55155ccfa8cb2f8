"""What scripts/demo does once everything is built."""

import argparse
import os
import pathlib
import re
import signal
import sys
import time

import network
from stage import ROOT, Failure, Stage, fresh_folder, wait_until

KEPT = "pids"
LAB = "demo"

CONNECT = """
exchange and router keep running. Another FIX 4.4 client connects to
  host {host}, port {port}, SenderCompID ACME, TargetCompID TERCEL, HeartBtInt 1 to 60,
  Username ACME, Password in {folder}/client.password
for example QuickFIX's, after `ninja -C build bench/peers/quickfix_client`:
  printf '%s\\n' 'new o1 BTC-USD KRAKEN MAIN buy limit 0.01 60010.0 gtc' 'wait o1 filled' logout |
    {inside}build/bench/peers/quickfix_client --host {host} --port {port} \\
      --sender ACME --target TERCEL --reset --username ACME \\
      --password-file {folder}/client.password --ledger {folder}/mine.csv
or the demo's client again, which prints the life of its orders:
  {inside}build/bench/client/tercel-demo-client --router {host}:{port} \\
    --sender ACME --target TERCEL --password-file {folder}/client.password \\
    --ledger {folder}/again.csv --prefix again-
(a ClOrdID is known, and refused, for a minute after its order has ended)
The rules of engagement are in core/route/ROE.md. To stop both: scripts/demo --stop{out}"""


def say(what, text):
    print(f"{what:<9} {text}", flush=True)


def is_ours(pid, folder):
    """Whether this process is one that a demo started in `folder`: a pid may be used again."""
    try:
        return str(folder).encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def kept_pids(folder):
    """Name and pid of what --keep left running there, in the order in which to stop it."""
    try:
        lines = (folder / KEPT).read_text().splitlines()
    except OSError:
        return []
    named = [(name, int(pid)) for name, pid in (line.split() for line in lines)]
    return [(name, pid) for name, pid in named if is_ours(pid, folder)]


def stop_kept(folder):
    pids = kept_pids(folder)
    if not pids:
        say("stop", f"nothing is running from {folder}")
    for name, pid in pids:
        os.kill(pid, signal.SIGTERM)
        wait_until(f"{name} (pid {pid}) ends", lambda pid=pid: not is_ours(pid, folder))
        say(name, f"stopped; its log is {folder / name}.log")
    if (folder / LAB).exists():
        network.Lab(LAB).close()
        say("lab", "taken down")
    return 0


def tell(stage, pattern):
    """What the router's log has to say of it."""
    for line in re.findall(f"^{pattern}$", stage.router.log(), re.MULTILINE):
        say("", line)


def play(stage, options):
    stage.start_exchange()
    say("exchange", f"pid {stage.exchange.pid}, kraken-spot at "
        f"{stage.network.venue_host}:{stage.venue_port}")
    stage.start_router()
    say("router", f"pid {stage.router.pid}, clients at {stage.host}:{stage.port}, venue up")
    tell(stage, r"tercel: ((?:port|management) .*)")
    print(flush=True)
    try:
        stage.run_client("--round-trips", options.round_trips, patience=120)
    finally:
        print(stage.path("client.out").read_text() if stage.path("client.out").exists() else "",
              flush=True)


def end(stage):
    """Stops both, and says whether the three ledgers agree."""
    stage.stop_router()
    say("router", "stopped in order")
    tell(stage, r"tercel: (TCP: .*|port .* frames in.*)")
    stage.stop_exchange()
    say("exchange", "stopped in order")
    verdict = stage.compare()
    for line in (verdict.stdout + verdict.stderr).splitlines():
        say("ledgers", line)
    say("files", f"{stage.folder}")
    return verdict.returncode


def keep(stage, options):
    pids = [("router", stage.router.pid), ("exchange", stage.exchange.pid)]
    stage.path(KEPT).write_text("".join(f"{name} {pid}\n" for name, pid in pids))
    stage.processes.clear()
    if options.dpdk:
        stage.path(LAB).touch()
    out = "" if options.out == ROOT / "demo-out" else f" --out {options.out}"
    inside = "".join(f"{word} " for word in stage.network.inside("client"))
    print(CONNECT.format(host=stage.host, port=stage.port, folder=stage.folder, out=out,
                         inside=inside), flush=True)
    return 0


def run(options):
    if kept_pids(options.out):
        raise Failure(f"a demo still runs from {options.out}: scripts/demo --stop ends it")
    began = time.monotonic()
    where = network.Lab(LAB, options.dpdk) if options.dpdk else network.Loopback()
    kept = False
    try:
        with Stage(fresh_folder(options.out), outlives=options.keep, where=where) as stage:
            play(stage, options)
            status = keep(stage, options) if options.keep else end(stage)
            kept = options.keep
    finally:
        if not kept:
            where.close()
    say("took", f"{time.monotonic() - began:.1f} s")
    return status


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", add_help=False)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--dpdk", nargs="?", const="net_af_packet",
                        choices=["net_af_packet", "net_af_xdp"])
    parser.add_argument("--round-trips", type=int, default=10000)
    parser.add_argument("--out", type=lambda path: pathlib.Path(path).resolve(),
                        default=ROOT / "demo-out")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return stop_kept(options.out) if options.stop else run(options)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
