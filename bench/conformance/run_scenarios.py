#!/usr/bin/env python3
"""Plays the scenarios of bench/conformance against fix_acceptor; TAP on stdout.

usage: run_scenarios.py ACCEPTOR [FOLDER]... [--only TEXT] [--mode MODE] [--version VERSIONS]
                        [--self-test] [--referee QUICKFIX_ACCEPTOR]

Every scenario is played in each version of FIX that has it, in that of 4.4 in each of its modes:
`whole` (a write for every message), `split` (a write for every byte) and `joined` (a write for as
many messages as go together); in the others in the first one. They run side by side, each in a
world of its own. --self-test plays wrong scenarios, too: they must fail.
--referee plays those that have a public definition against QuickFIX, too: they must pass there.

The folder: fix44/ and more/ have the scenarios, scenario.py says how they are written, player.py
plays one, wire.py makes and takes apart its messages, self_test.py has the wrong ones. acceptor_*.c
are what bench/fix_acceptor.c consists of, quickfix_acceptor.cpp and referee.py the judge.
"""

import argparse
import asyncio
import pathlib
import random
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import player  # noqa: E402
import referee  # noqa: E402
import scenario  # noqa: E402
import self_test  # noqa: E402
import versions  # noqa: E402

# Side by side; more only makes each slower.
AT_ONCE = 24
DOORS = [f"--{door}=127.0.0.1:0" for door in ("listen", "hasty", "control")]
FOLDERS = [HERE / "fix44", HERE / "more"]


class Listener:
    """Where an initiator of the acceptor's dials to, for one run at a time."""

    def __init__(self, index):
        self.index, self.server, self.port = index, None, 0
        self.accepted = asyncio.Queue()

    async def open(self):
        self.server = await asyncio.start_server(
            lambda reader, writer: self.accepted.put_nowait((reader, writer)), "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]


class Acceptor:
    """The process, and the ports it listens at, said as "fix PORT hasty ADDRESS:PORT ...".
    """

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        words = self.process.stdout.readline().split()
        self.ports = {name: int(at.rpartition(":")[2])
                      for name, at in zip(words[::2], words[1::2])}

    def stop(self):
        """Its exit status."""
        self.process.stdin.close()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "that it had to be killed"


class Run:
    """A scenario in a mode. With `complaint` it must fail, and say that."""

    def __init__(self, played, mode, complaint=None):
        self.scenario, self.mode, self.complaint = played, mode, complaint
        self.failure, self.took_s, self.listener, self.number = None, 0.0, None, 0
        self.judged = False

    @property
    def name(self):
        played = f"QuickFIX, {self.mode}" if self.judged else self.mode
        return f"{self.scenario.name} ({self.scenario.version.name} {played})"

    def has(self, verb):
        return any(step.verb == verb for step in self.scenario.steps)

    async def play(self, ports, gate):
        async with gate:
            began = time.monotonic()
            playing = player.Player(self.scenario, self.mode, self.number, ports, self.listener)
            if self.complaint is not None:
                self_test.hurry(playing, self.complaint)
            self.failure = await playing.play()
            self.took_s = time.monotonic() - began


def runs_of(scenarios, mode=None):
    return [Run(each, m) for each in scenarios for m in each.modes if mode in (None, m)]


def wrong_runs(scenarios, seed):
    chance = random.Random(seed)
    runs = [Run(each, "whole", complaint) for each, complaint in self_test.wrong_scenarios()]
    for each in (one for one in scenarios if one.version is versions.MAIN):
        changed = self_test.changed(each, chance)
        if changed is not None:
            runs.append(Run(changed, "whole", ""))
    return runs


def judged_runs(scenarios):
    """Those of the public definitions."""
    runs = [Run(each, "whole") for each in scenarios if each.defined]
    for run in runs:
        run.judged = True
    return runs


async def play_all(program, runs):
    """Fills in how they went; the acceptor's exit status."""
    listeners = []
    for number, run in enumerate(runs, 1):
        run.number = number
        if run.has("accept"):
            run.listener = Listener(len(listeners))
            await run.listener.open()
            listeners.append(run.listener)
    peers = [f"--peer=127.0.0.1:{listener.port}" for listener in listeners]
    return await play_against(Acceptor([program, *DOORS, *peers]), runs)


async def play_against(acceptor, runs):
    gate = asyncio.Semaphore(AT_ONCE)
    try:
        # Those that no clock can be moved for go first: nothing is to wait for them at the end.
        patient = sorted(runs, key=lambda run: run.scenario.profile != "real-time")
        await asyncio.gather(*(run.play(acceptor.ports, gate) for run in patient))
    finally:
        # QuickFIX takes its time over that, and others are still playing.
        status = await asyncio.to_thread(acceptor.stop)
    return status


async def judge_all(program, runs):
    """The worst exit status. A judge has one clock, so whoever moves it has one to himself."""
    for number, run in enumerate(runs, 1):
        run.number = number
    groups = [[run for run in runs if not run.has("later")],
              *([run] for run in runs if run.has("later"))]
    with referee.dictionaries() as folder:
        games = [play_against(Acceptor(referee.command(program, group, folder)), group)
                 for group in groups if group]
        return max(await asyncio.gather(*games), key=bool)


def verdict(run):
    """Whether it went as it must, and what to say if not."""
    if run.complaint is None:
        return run.failure is None, run.failure
    if run.failure is None:
        return False, "was to fail, and passed"
    return run.complaint in run.failure, f"was to fail with '{run.complaint}': {run.failure}"


def report(runs):
    """TAP lines; how many failed."""
    failed = 0
    for count, run in enumerate(runs, 1):
        well, why = verdict(run)
        print(f"{'ok' if well else 'not ok'} {count} - {run.name}")
        if not well:
            failed += 1
            print(f"{run.name}: {run.scenario.rule}\n  {why}", file=sys.stderr)
    return failed


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("acceptor")
    parser.add_argument("folders", nargs="*", type=pathlib.Path, default=FOLDERS)
    parser.add_argument("--only", default="", help="scenarios whose name has this in it")
    parser.add_argument("--mode", choices=scenario.MODES)
    parser.add_argument("--version", default="-", help="42, 43-, ...; all if not said")
    parser.add_argument("--referee", metavar="QUICKFIX_ACCEPTOR")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32),
                        help="of the changes that --self-test makes")
    return parser.parse_args()


async def play_and_judge(arguments, runs, judged):
    """Side by side; the exit statuses."""
    games = [play_all(arguments.acceptor, runs)]
    if judged:
        games.append(judge_all(arguments.referee, judged))
    return await asyncio.gather(*games)


def main():
    arguments = read_arguments()
    began = time.monotonic()
    scenarios = [each for folder in arguments.folders for each in scenario.load(folder)
                 if arguments.only in each.name
                 and each.version in versions.named(arguments.version)]
    runs = runs_of(scenarios, arguments.mode)
    judged = judged_runs(scenarios) if arguments.referee else []
    if arguments.self_test:
        print(f"# seed {arguments.seed}")
        runs = wrong_runs(scenarios, arguments.seed) + runs
    statuses = asyncio.run(play_and_judge(arguments, runs, judged))
    runs += judged
    failed = report(runs)
    well = not any(statuses)
    print(f"{'ok' if well else 'not ok'} {len(runs) + 1} - the acceptor ends well")
    print(f"1..{len(runs) + 1}")
    if not well:
        print(f"the acceptors' exit statuses are {statuses}", file=sys.stderr)
    slowest = max(runs, key=lambda run: run.took_s)
    print(f"# {time.monotonic() - began:.1f} s; the slowest: {slowest.name}, "
          f"{slowest.took_s:.1f} s")
    return 1 if failed or not well else 0


if __name__ == "__main__":
    sys.exit(main())
