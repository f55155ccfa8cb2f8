"""Huge pages of a host, as the kernel shows and takes them under /sys."""

import pathlib
import re
import shutil
import subprocess

SIZES_KIB = {"2m": 2048, "1g": 1048576}
SIZE_NAMES = {"2m": "2 MiB", "1g": "1 GiB"}


class Trouble(Exception):
    """What cannot be done, and why."""


class Host:
    """`root` stands in front of every path: tests have hosts of their own."""

    def __init__(self, root="/"):
        self.root = pathlib.Path(root)

    def path(self, path):
        return self.root / path.lstrip("/")

    def read(self, path):
        """The file's text without its end, or None."""
        try:
            return self.path(path).read_text().strip()
        except OSError:
            return None

    def write(self, path, text):
        try:
            self.path(path).write_text(f"{text}\n")
        except OSError as error:
            raise Trouble(f"cannot write {text} to {path}: {error.strerror}") from error

    def nodes(self):
        """Numbers of the NUMA nodes that have memory; a kernel without NUMA has one."""
        folders = self.path("/sys/devices/system/node").glob("node[0-9]*")
        return sorted(int(folder.name.removeprefix("node")) for folder in folders) or [0]

    def node_of_core(self, core):
        for folder in self.path(f"/sys/devices/system/cpu/cpu{core}").glob("node[0-9]*"):
            return int(folder.name.removeprefix("node"))
        return 0

    def sizes(self, node):
        """Those of SIZES_KIB that the processor has."""
        return [size for size in SIZES_KIB if self.count(node, size) is not None]

    def _file(self, node, size, name):
        folder = f"hugepages/hugepages-{SIZES_KIB[size]}kB/{name}"
        on_node = f"/sys/devices/system/node/node{node}/{folder}"
        return on_node if self.path(on_node).exists() else f"/sys/kernel/mm/{folder}"

    def count(self, node, size):
        """(all, free) pages of the size on the node, or None when there is no such size."""
        total = self.read(self._file(node, size, "nr_hugepages"))
        free = self.read(self._file(node, size, "free_hugepages"))
        return None if total is None or free is None else (int(total), int(free))

    def set_count(self, node, size, pages):
        self.write(self._file(node, size, "nr_hugepages"), pages)

    def compact(self):
        """Lets the kernel move what lies between free pages."""
        if self.path("/proc/sys/vm/compact_memory").exists():
            self.write("/proc/sys/vm/compact_memory", 1)


def pages_for(mib, size):
    """How many pages hold so much."""
    return -(-mib * 1024 // SIZES_KIB[size])


def find_tercel():
    """The program of this tree, or the one in PATH."""
    built = pathlib.Path(__file__).resolve().parent.parent / "build/core/app/tercel"
    return str(built) if built.exists() else shutil.which("tercel") or "tercel"


def planned_mib(tercel, config):
    """What the router plans for a config in huge pages: the sum of its plan's lines."""
    try:
        run = subprocess.run([tercel, "check", "--skip-files", config], capture_output=True,
                             text=True, check=False)
    except OSError as error:
        raise Trouble(f"cannot run {tercel}: {error.strerror} (--tercel says where it is)") \
            from error
    if run.returncode != 0:
        raise Trouble(f"{tercel} refuses {config}:\n{run.stdout}{run.stderr}")
    parts = [int(mib) for mib in re.findall(r"^plan: .*?\b(\d+) MiB$", run.stdout, re.MULTILINE)]
    if not parts:
        raise Trouble(f"{tercel} check {config} plans nothing in huge pages")
    # It counts whole MiB, and leaves out what is begun.
    return sum(mib + 1 for mib in parts)
