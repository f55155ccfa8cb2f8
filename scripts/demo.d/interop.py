"""tercel's TCP and somebody else's, talking over the namespaces of scripts/lab.

The end under test is bench/interop/tcp_interop on the router's ports, the other bench/interop's
linux_peer or lwip_peer on the far end of a link. Around them: what goes wrong on the way, what the
kernel counted, and tshark as a judge of what it saw.
"""

import collections
import itertools
import json
import pathlib
import re
import signal
import subprocess

from stage import Failure, Process, build_folder, wait_until

PROGRAMS = "bench/interop"
PORT = 7000
# A worker has a core of its own. Here it shares one with everything, but goes first where it may.
UNDISTURBED = ["chrt", "--rr", "1"]
if subprocess.run([*UNDISTURBED, "true"], capture_output=True, check=False).returncode != 0:
    UNDISTURBED = []
Side = collections.namedtuple("Side", "name interface ours theirs beside")
CLIENT = Side("client", "client0", "10.77.1.2", "10.77.1.1", "10.77.1.9")
VENUE = Side("venue", "venue0", "10.77.2.2", "10.77.2.1", "10.77.2.9")

# What is wrong with a frame when there was nothing to go wrong, as tshark calls it.
FINDINGS = {
    "bad checksums": ["tcp.checksum.status == 0", "ip.checksum.status == 0"],
    "malformed": ["_ws.malformed"],
    "retransmissions": ["tcp.analysis.retransmission", "tcp.analysis.fast_retransmission",
                        "tcp.analysis.spurious_retransmission"],
    "duplicate ACKs": ["tcp.analysis.duplicate_ack"],
    "out of order": ["tcp.analysis.out_of_order", "tcp.analysis.lost_segment",
                     "tcp.analysis.ack_lost_segment"],
    "window full": ["tcp.analysis.window_full", "tcp.analysis.zero_window"],
    "resets": ["tcp.flags.reset == 1"],
}


def options_of(options):
    """As words of a command line: {"bytes_min": 100} is --bytes-min 100."""
    return [str(word) for name, value in options.items()
            for word in (f"--{name.replace('_', '-')}", value)]


class Talk:
    """One run of both ends. `role` is ours: "call" or "answer"; `common` is for both."""

    seeds = itertools.count(1)
    begun = []  # every one, to be ended
    groups = []  # (process, its group) of the last of ours

    def __init__(self, lab, folder, side, role, common, ours=None, theirs=None, peer="linux_peer",
                 patience=60):
        self.lab, self.side, self.role, self.patience = lab, side, role, patience
        folder, programs = pathlib.Path(folder), build_folder() / PROGRAMS
        with_lwip = peer == "lwip_peer"
        address = side.beside if with_lwip else side.theirs
        # Another seed chooses other ports: what the last talk left behind is not called again.
        common = dict(common, port=PORT, patience_s=patience, seed=next(Talk.seeds))
        common.setdefault("depth", 1)
        ours = dict(ours or {}, interface=side.interface, address=side.ours)
        theirs = dict(theirs or {}, address=address)
        if with_lwip:
            theirs["interface"] = "tercel0"
        (ours if role == "call" else theirs)["peer"] = address if role == "call" else side.ours
        commands = {
            "ours": [*lab.inside("router"), *UNDISTURBED, programs / "tcp_interop",
                     *options_of({**common, **ours})],
            "theirs": [*lab.inside(side.name), *UNDISTURBED, programs / peer,
                       *options_of({**common, **theirs})]}
        self.ends = {}
        Talk.begun.append(self)
        for name in ("theirs", "ours") if role == "call" else ("ours", "theirs"):
            start = self._start_ours if name == "ours" else Process
            self.ends[name] = start(name, commands[name], folder / f"{side.name}.{name}.log",
                                    stdin=subprocess.PIPE)
            if len(self.ends) == 1:
                self.ends[name].wait_for_line("^listens$")

    def _start_ours(self, *what, **more):
        """net_af_packet names its socket's group after process and interface (rte_eth_af_packet.c);
        two processes of a namespace whose groups have one name cannot both start."""
        index = int(subprocess.run([*self.lab.inside("router"), "cat",
                                    f"/sys/class/net/{self.side.interface}/ifindex"],
                                   capture_output=True, text=True, check=True).stdout)
        while True:
            process = Process(*what, **more)
            group = (process.pid ^ index) & 0xffff
            if all(group != other or not end.is_running() for end, other in Talk.groups):
                break
            process.kill()
        Talk.groups = [(process, group), *Talk.groups][:8]
        return process

    def finish(self):
        """What both said at the end: (ours, theirs)."""
        try:
            wait_until("both ends are over", self._is_over, self.patience + 10)
            if any(end.popen.returncode != 0 for end in self.ends.values()):
                raise Failure("\n".join(
                    str(end.failure(f"({self.role}) ended with {end.popen.returncode}"))
                    for end in self.ends.values()))
            return tuple(json.loads(re.search(r"^\{.*\}$", self.ends[name].log(), re.M)[0])
                         for name in ("ours", "theirs"))
        finally:
            self.end()

    def end(self):
        for end in self.ends.values():
            end.kill()

    def _is_over(self):
        """All have ended, or one has failed: then the others wait in vain."""
        if not self.ends["ours"].is_running():
            self.ends["theirs"].popen.stdin.close()  # lwIP waits for it
        statuses = [end.popen.poll() for end in self.ends.values()]
        return None not in statuses or any(statuses)


class Kernel:
    """What the kernel of a namespace counts, as changes since this was made."""

    def __init__(self, lab, side):
        self.inside = lab.inside(side.name)
        self.before = self._read()

    def _read(self):
        text = subprocess.run([*self.inside, "cat", "/proc/net/netstat", "/proc/net/snmp"],
                              capture_output=True, text=True, check=True).stdout
        lines = text.splitlines()
        return {name: int(value) for names, values in zip(lines[::2], lines[1::2])
                for name, value in zip(names.split()[1:], values.split()[1:])
                if names.startswith(("TcpExt:", "Tcp:"))}

    def changes(self):
        return collections.Counter({name: value - self.before[name]
                                    for name, value in self._read().items()
                                    if value != self.before[name]})


class Loss:
    """Of what arrives at the kernel of a namespace, this share is lost."""

    def __init__(self, lab, side, percent):
        self.inside, self.percent = lab.inside(side.name), percent

    def _nft(self, text):
        subprocess.run([*self.inside, "nft", text], check=True, capture_output=True)

    def __enter__(self):
        if self.percent:
            self._nft("table ip interop { chain arriving { type filter hook input priority 0; "
                      f"meta l4proto tcp numgen random mod 100 < {self.percent} drop; }}; }}")
        return self

    def __exit__(self, *_):
        if self.percent:
            self._nft("delete table ip interop")


class Capture:
    """All frames at the kernel's end of a link, and what tshark thinks of them."""

    def __init__(self, lab, side, folder):
        self.side, self.file = side, pathlib.Path(folder) / f"{side.name}.pcap"
        self.dumpcap = Process("dumpcap", [*lab.inside(side.name), *UNDISTURBED, "dumpcap", "-i",
                                           "tercel0", "-B", "256", "-w", self.file],
                               pathlib.Path(folder) / f"{side.name}.dumpcap.log")

    def __enter__(self):
        self.dumpcap.wait_for_line("^File: ")
        return self

    def __exit__(self, *_):
        self.dumpcap.popen.send_signal(signal.SIGINT)
        self.dumpcap.wait()
        lost = re.search(r"received/dropped on .*: \d+/(\d+)", self.dumpcap.log())
        if lost is None or lost[1] != "0":
            raise self.dumpcap.failure("did not keep every frame")

    def judge(self):
        """(segments whose checksum is right, {finding: [frame numbers]})."""
        tests = [test for group in FINDINGS.values() for test in group]
        right, found = 0, collections.defaultdict(list)
        fields = ["frame.number", "ip.src", "tcp.checksum", *[test.split()[0] for test in tests]]
        for row in self._tshark(fields):
            number, source, checksum, *values = row.split("\t")
            values = dict(zip(tests, values))
            # For a sum of 0 Linux writes 0xffff (skb_checksum_help), as UDP must: to who adds it up
            # it is the same, and tshark frowns.
            if checksum == "0xffff" and source != self.side.ours:
                values["tcp.checksum.status == 0"] = "1"
            right += values["tcp.checksum.status == 0"] == "1"
            for name, group in FINDINGS.items():
                if any(self._is_found(test, values[test]) for test in group):
                    found[name].append(int(number))
        return right, found

    @staticmethod
    def _is_found(test, value):
        _, equals, wanted = test.partition(" == ")
        return value == wanted if equals else value != ""

    def _tshark(self, fields):
        """These fields of every frame, tab-separated. Payload is chance, and no protocol's."""
        run = subprocess.run(["nice", "-n", "19", "tshark", "-n", "-r", self.file,
                              "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                              "-d", f"tcp.port=={PORT},data", "-T", "fields",
                              *[word for field in fields for word in ("-e", field)]],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Failure(f"tshark: {run.stderr}")
        return run.stdout.splitlines()
