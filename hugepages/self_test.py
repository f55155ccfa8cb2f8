"""Proof that hugepages/reserve and hugepages/check read and change a host as they say.

The hosts are folders with the files that Linux has under /sys and /proc; one that gives fewer pages
than it is asked for is played by a class. TAP on stdout.
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "scripts/demo.d"))
from tap import Tap  # noqa: E402

sys.path.insert(0, str(FOLDER))
import pages  # noqa: E402


def make_host(folder, nodes):
    """`nodes`: for each a dict of size in KiB to (all, free)."""
    for number, sizes in enumerate(nodes):
        for kib, (total, free) in sizes.items():
            path = pathlib.Path(folder,
                                f"sys/devices/system/node/node{number}/hugepages/hugepages-{kib}kB")
            path.mkdir(parents=True)
            (path / "nr_hugepages").write_text(f"{total}\n")
            (path / "free_hugepages").write_text(f"{free}\n")
    return pages.Host(folder)


def run(name, *arguments):
    return subprocess.run([sys.executable, str(FOLDER / name), *map(str, arguments)],
                          capture_output=True, text=True, check=False)


class Kernel(pages.Host):
    """A host whose kernel does what it is told, as far as `most` pages."""

    def __init__(self, folder, most):
        super().__init__(folder)
        self.most = most
        self.compacted = False

    def set_count(self, node, size, wanted):
        total, free = self.count(node, size)
        used = total - free
        got = max(used, min(wanted, self.most))
        super().set_count(node, size, got)
        self.write(self._file(node, size, "free_hugepages"), got - used)

    def compact(self):
        self.compacted = True


def load_reserve():
    loader = importlib.machinery.SourceFileLoader("reserve", str(FOLDER / "reserve"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("reserve", loader))
    loader.exec_module(module)
    return module


def test_counting(tap):
    tap.check("a page that is begun is a page",
              [pages.pages_for(mib, "2m") for mib in (1, 2, 3, 513)] == [1, 1, 2, 257])
    tap.check("of 1 GiB, too", [pages.pages_for(mib, "1g") for mib in (1, 1024, 1025)] == [1, 1, 2])


def test_reserving(tap, folder):
    make_host(folder, [{2048: (10, 4), 1048576: (0, 0)}])
    reserve = load_reserve()
    kernel = Kernel(folder, most=1000)
    tap.check("what is in use stays in use",
              reserve.reserve(kernel, 0, "2m", 64) == 64 and kernel.count(0, "2m") == (70, 64))
    tap.check("what is free already is enough",
              reserve.reserve(kernel, 0, "2m", 50) == 64 and kernel.count(0, "2m") == (70, 64))
    tap.check("and nothing was compacted for that", not kernel.compacted)
    kernel.most = 80
    tap.check("what the kernel has not got is not claimed",
              reserve.reserve(kernel, 0, "2m", 100) == 74 and kernel.compacted)
    with contextlib.redirect_stdout(io.StringIO()):
        reserve.release(kernel, 0, "2m")
    tap.check("what is free is given back", kernel.count(0, "2m") == (6, 0))


def test_reserve_script(tap, folder):
    host = make_host(folder, [{2048: (0, 0)}])
    result = run("reserve", "--root", folder, 129)
    tap.check("asks for what it needs", host.count(0, "2m")[0] == 65, result.stdout)
    tap.check("a host that gives none is told of, with what helps",
              result.returncode == 1 and "0 pages of 2 MiB free, 65 needed for 129 MiB" in
              result.stdout and "hugepages=65" in result.stderr, result.stdout + result.stderr)
    result = run("reserve", "--root", folder, "--size", "1g", 1)
    tap.check("a size that the host has not",
              result.returncode == 1 and "no pages of 1 GiB" in result.stderr, result.stderr)
    for name, arguments in {"nothing to reserve": [], "an unknown size": ["--size", "3m", "1"],
                            "reserve and release": ["--release", "1"]}.items():
        result = run("reserve", "--root", folder, *arguments)
        tap.check(f"wrong usage: {name}",
                  result.returncode == 2 and result.stderr.startswith("Sets huge pages"))
    result = run("reserve", "--root", folder, "--tercel", "/nowhere/tercel", "x.yaml")
    tap.check("a program that is not there",
              result.returncode == 1 and "cannot run /nowhere/tercel" in result.stderr)


def test_config(tap, folder):
    make_host(folder, [{2048: (100, 100)}])
    program = pathlib.Path(folder, "tercel")
    program.write_text("#!/bin/sh\n[ \"$3\" = good.yaml ] || { echo \"$3: bad\"; exit 1; }\n"
                       "echo 'plan: one mapping of 120 MiB'\necho 'plan: packets of 30 MiB'\n"
                       "echo 'plan: packets of 999 MiB in ordinary pages'\n")
    program.chmod(0o755)
    result = run("reserve", "--root", folder, "--tercel", program, "good.yaml")
    tap.check("a config's plan is summed up, its begun MiB too",
              result.returncode == 0 and "76 needed for 152 MiB" in result.stdout,
              result.stdout + result.stderr)
    result = run("reserve", "--root", folder, "--tercel", program, "bad.yaml")
    tap.check("a config that is refused is no plan",
              result.returncode == 1 and "bad.yaml: bad" in result.stderr, result.stderr)
    result = run("check", "--root", folder, "--tercel", program, "good.yaml")
    tap.check("check reads plans, too",
              result.returncode == 0 and "152 MiB are free on node 0" in result.stdout)


def test_nodes(tap, folder):
    host = make_host(folder, [{2048: (0, 0)}, {2048: (8, 8)}])
    result = run("reserve", "--root", folder, 4)
    tap.check("several nodes: one must be said",
              result.returncode == 1 and "say --node" in result.stderr, result.stderr)
    result = run("reserve", "--root", folder, "--node", 2, 4)
    tap.check("a node that is not there",
              result.returncode == 1 and "no NUMA node 2" in result.stderr, result.stderr)
    result = run("reserve", "--root", folder, "--node", 1, 16)
    tap.check("the node that was said",
              result.returncode == 0 and host.count(0, "2m") == (0, 0), result.stderr)
    result = run("check", "--root", folder, 16)
    tap.check("check finds the node", "16 MiB are free on node 1" in result.stdout, result.stdout)
    result = run("check", "--root", folder, "--node", 0, 16)
    tap.check("and misses it on another",
              result.returncode == 1 and
              "missing: 16 MiB in huge pages; reserve them: hugepages/reserve --node 0 16" in
              result.stdout, result.stdout)
    result = run("check", "--root", folder)
    tap.check("check alone only shows",
              result.returncode == 0 and "node 1: 8 pages of 2 MiB, 8 free (16 MiB)" in
              result.stdout, result.stdout)


def main():
    tap = Tap()
    test_counting(tap)
    for test in (test_reserving, test_reserve_script, test_config, test_nodes):
        with tempfile.TemporaryDirectory(prefix="tercel-host-") as folder:
            test(tap, folder)
    return tap.end()

