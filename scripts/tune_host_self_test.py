"""Proof that scripts/tune_host sees what it says it sees, and changes nothing unasked.

A host as it should be, made of files in a folder, must give no finding. Then one thing at a time is
spoilt, and that thing alone must be missing; what can be applied must mend it, and only it. TAP on
stdout.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).parent / "demo.d"))
from tap import Tap  # noqa: E402

from tune_host_checks import CHECKS, MISS, OK, Context, findings_of  # noqa: E402

TUNE_HOST = str(pathlib.Path(__file__).parent / "tune_host")
CPU = "sys/devices/system/cpu"
NODE = "sys/devices/system/node"
CLOCK = "sys/devices/system/clocksource/clocksource0"
NIC = "0000:3b:00.0"

# Two cores on each of two nodes; core 3 is the worker's, and its card is beside it.
GOOD = {
    f"{CPU}/present": "0-3",
    f"{CPU}/online": "0-3",
    f"{CPU}/isolated": "3",
    f"{CPU}/nohz_full": "3",
    f"{CPU}/cpu3/cpufreq/scaling_governor": "performance",
    f"{CPU}/cpu3/cpuidle/state0/name": "POLL",
    f"{CPU}/cpu3/cpuidle/state0/latency": "0",
    f"{CPU}/cpu3/cpuidle/state0/disable": "0",
    f"{CPU}/cpu3/cpuidle/state1/name": "C1",
    f"{CPU}/cpu3/cpuidle/state1/latency": "2",
    f"{CPU}/cpu3/cpuidle/state1/disable": "0",
    f"{CPU}/cpu3/cpuidle/state2/name": "C6",
    f"{CPU}/cpu3/cpuidle/state2/latency": "133",
    f"{CPU}/cpu3/cpuidle/state2/disable": "1",
    f"{CPU}/cpu3/topology/thread_siblings_list": "3",
    f"{CPU}/cpu3/node1/cpulist": "2-3",
    f"{CPU}/cpu1/node0/cpulist": "0-1",
    f"{NODE}/node0/hugepages/hugepages-2048kB/nr_hugepages": "0",
    f"{NODE}/node0/hugepages/hugepages-2048kB/free_hugepages": "0",
    f"{NODE}/node1/hugepages/hugepages-2048kB/nr_hugepages": "512",
    f"{NODE}/node1/hugepages/hugepages-2048kB/free_hugepages": "100",
    "proc/cmdline": "BOOT_IMAGE=/vmlinuz rcu_nocbs=3 quiet",
    "proc/irq/7/smp_affinity_list": "0-2",
    "proc/irq/24/smp_affinity_list": "1",
    "proc/swaps": "Filename Type Size Used Priority\n/swap file 1 0 -2",
    "proc/sys/vm/swappiness": "1",
    "proc/sys/kernel/numa_balancing": "0",
    "proc/sys/kernel/nmi_watchdog": "0",
    "proc/cpuinfo": "flags\t\t: fpu constant_tsc nonstop_tsc",
    "proc/77/comm": "bash",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
    f"{CLOCK}/current_clocksource": "tsc",
    f"{CLOCK}/available_clocksource": "tsc hpet acpi_pm",
    "sys/kernel/iommu_groups/0/type": "DMA",
    "sys/bus/pci/drivers/vfio-pci/uevent": "",
    f"sys/bus/pci/devices/{NIC}/numa_node": "1",
}


class Spoil(NamedTuple):
    check: str
    files: dict  # None: the file goes
    words: str
    mends: bool = False  # by --apply


SPOILT = [
    Spoil("isolated", {f"{CPU}/isolated": ""}, "isolcpus=3"),
    Spoil("isolated", {f"{CPU}/isolated": "1-2"}, "isolcpus=1,2,3"),
    Spoil("nohz_full", {f"{CPU}/nohz_full": "(null)"}, "nohz_full=3"),
    Spoil("governor", {f"{CPU}/cpu3/cpufreq/scaling_governor": "powersave"}, "echo performance",
          True),
    Spoil("c_states", {f"{CPU}/cpu3/cpuidle/state2/disable": "0"}, "C6 (133 us)", True),
    Spoil("siblings", {f"{CPU}/cpu3/topology/thread_siblings_list": "2-3"}, "shared with core 2"),
    Spoil("interrupts", {"proc/irq/24/smp_affinity_list": "2-3"}, "24 may come to core 3", True),
    Spoil("interrupts", {"proc/irq/24/smp_affinity_list": "3"}, "echo 0,1,2", True),
    Spoil("irqbalance", {"proc/77/comm": "irqbalance"}, "systemctl disable"),
    Spoil("transparent_huge_pages",
          {"sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never"},
          "echo madvise", True),
    Spoil("huge_pages", {f"{NODE}/node1/hugepages/hugepages-2048kB/nr_hugepages": "0"},
          "hugepages/reserve --node 1"),
    Spoil("numa_balancing", {"proc/sys/kernel/numa_balancing": "1"}, "echo 0", True),
    Spoil("watchdog", {"proc/sys/kernel/nmi_watchdog": "1"}, "echo 0", True),
    Spoil("swappiness", {"proc/sys/vm/swappiness": "60"}, "echo 0", True),
    Spoil("clock_source", {f"{CLOCK}/current_clocksource": "hpet"}, "echo tsc", True),
    Spoil("clock_source", {f"{CLOCK}/current_clocksource": "kvm-clock",
                           f"{CLOCK}/available_clocksource": "kvm-clock"}, "tsc=reliable"),
    Spoil("clock_source", {"proc/cpuinfo": "flags\t\t: fpu constant_tsc"}, "another machine"),
    Spoil("iommu", {"sys/kernel/iommu_groups/0/type": None}, "iommu=pt"),
    Spoil("iommu", {"sys/bus/pci/drivers/vfio-pci/uevent": None}, "modprobe vfio-pci"),
    Spoil("nic_driver", {}, "--bind=vfio-pci"),
    Spoil("nic_node", {f"sys/bus/pci/devices/{NIC}/numa_node": "0"}, "node 0, core 3 is not"),
]


def make(folder, files, driver="vfio-pci"):
    for name, text in files.items():
        path = pathlib.Path(folder, name)
        if text is None:
            path.unlink()
            path.parent.rmdir()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
    link = pathlib.Path(folder, f"sys/bus/pci/devices/{NIC}/driver")
    if not link.is_symlink():
        target = pathlib.Path(folder, "sys/drivers", driver)
        target.mkdir(parents=True)
        link.symlink_to(target)


def missing(folder, lock_bytes=None):
    """name -> what is wrong and what mends it, of all that is missing."""
    context = Context(folder, [3], [NIC], lock_bytes)
    return {name: f"{finding.what} {finding.fix}" for name in CHECKS
            for finding in findings_of(context, name) if finding.state == MISS}


def tune(folder, *arguments):
    return subprocess.run([sys.executable, TUNE_HOST, "--root", folder, "--core", "3", "--nic", NIC,
                           *arguments], capture_output=True, text=True, check=False)


def contents(folder):
    return {path: path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file()}


def test_good(tap, folder):
    make(folder, GOOD)
    tap.check("a host as it should be lacks nothing", missing(folder) == {}, str(missing(folder)))
    context = Context(folder, [3], [NIC], None)
    states = {name: {finding.state for finding in findings_of(context, name)} for name in CHECKS}
    tap.check("and all of it was looked at", all(found == {OK} for found in states.values()),
              str(states))
    tap.check("a limit of locked memory", list(missing(folder, 8 << 20)) == ["memory_lock"])
    before = contents(folder)
    result = tune(folder, "--apply", "watchdog")
    tap.check("what is in order needs nothing applied",
              result.returncode == 0 and contents(folder) == before, result.stdout)


def test_spoilt(tap, spoil):
    with tempfile.TemporaryDirectory(prefix="tercel-host-") as folder:
        make(folder, GOOD, driver="ice" if spoil.check == "nic_driver" else "vfio-pci")
        make(folder, spoil.files)
        found = missing(folder)
        name = f"{spoil.check}: {spoil.words}"
        tap.check(f"misses {name}", list(found) == [spoil.check] and
                  spoil.words in found[spoil.check], str(found))
        before = contents(folder)
        tap.check(f"reports {name}, and changes nothing",
                  f"miss {spoil.check}" in tune(folder).stdout and contents(folder) == before)
        if spoil.mends:
            result = tune(folder, "--apply", spoil.check)
            changed = [path for path, text in contents(folder).items() if before[path] != text]
            tap.check(f"mends {name}", result.returncode == 0 and missing(folder) == {} and
                      len(changed) == 1, result.stdout + result.stderr)


def test_rcu(tap, folder):
    make(folder, GOOD)
    make(folder, {"proc/cmdline": "quiet"})
    tap.check("nohz_full brings rcu_nocbs along", missing(folder) == {}, str(missing(folder)))
    make(folder, {f"{CPU}/nohz_full": "(null)"})
    found = missing(folder)
    tap.check("without both, both are missing", set(found) == {"nohz_full", "rcu_nocbs"} and
              "rcu_nocbs=3" in found["rcu_nocbs"], str(found))


def test_refusals(tap, folder):
    make(folder, GOOD)
    make(folder, {f"{CPU}/isolated": ""})
    result = tune(folder, "--apply", "isolated")
    tap.check("what takes a boot is not applied",
              result.returncode == 1 and "isolcpus=3" in result.stderr, result.stderr)
    result = tune(folder)
    tap.check("1 when something is missing", result.returncode == 1 and
              "tune_host: 1 missing" in result.stderr, result.stderr)
    for name, arguments in {"an unknown thing": ["--apply", "luck"], "an unknown option": ["--all"],
                            "a core that is no number": ["--core", "x"]}.items():
        tap.check(f"wrong usage: {name}", tune(folder, *arguments).returncode == 2)
    result = tune(folder, "--core", "4")
    tap.check("a core that is not there",
              result.returncode == 1 and "no core 4" in result.stderr, result.stderr)
    os.remove(pathlib.Path(folder, "proc/irq/24/smp_affinity_list"))
    make(folder, {"proc/irq/24/smp_affinity_list": "3", "proc/irq/25/smp_affinity_list": "3"})
    result = subprocess.run([sys.executable, TUNE_HOST, "--root", folder], capture_output=True,
                            text=True, check=False)
    tap.check("without a core or a card, what is about them is skipped",
              "skip isolated" in result.stdout and "skip nic_driver" in result.stdout,
              result.stdout)


def main():
    tap = Tap()
    for test in (test_good, test_rcu, test_refusals):
        with tempfile.TemporaryDirectory(prefix="tercel-host-") as folder:
            test(tap, folder)
    for spoil in SPOILT:
        test_spoilt(tap, spoil)
    return tap.end()
