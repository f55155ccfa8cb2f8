"""What scripts/tune_host looks at, one function each: what is so, and what would mend it.

A check yields findings. Nothing is written here: a finding has the changes, (file, text), that
would mend it while the host runs; none where it takes a boot, or another program.
"""

import re
from typing import NamedTuple

from pages import SIZE_NAMES, Host, Trouble

OK, MISS, SKIP = "ok", "miss", "skip"

# A core that sleeps deeper than this many microseconds wakes too late for a packet.
WAKE_US_MAX = 2
DPDK_DRIVERS = {"vfio-pci", "uio_pci_generic", "igb_uio"}
# These lend DPDK queues and stay with the kernel.
SHARED_DRIVERS = {"mlx4_core", "mlx5_core", "mana"}
PCI_ADDRESS = re.compile(r"[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]")


class Finding(NamedTuple):
    state: str
    what: str
    fix: str = ""
    changes: tuple = ()


class Context:
    """The host, and what of it the router is to have. `lock_bytes` None: no limit."""

    def __init__(self, root, cores, nics, lock_bytes):
        self.host = Host(root)
        self.cores = cores
        self.nics = nics
        self.lock_bytes = lock_bytes
        present = cpu_list(self.host.read("/sys/devices/system/cpu/present") or "0")
        for core in cores:
            if core not in present:
                raise Trouble(f"this host has no core {core}")

    def cpu(self, core, file):
        return self.host.read(f"/sys/devices/system/cpu/cpu{core}/{file}")


def cpu_list(text):
    """"1-3,8" as a set of numbers."""
    found = set()
    for part in filter(None, (text or "").strip().split(",")):
        first, _, last = part.partition("-")
        if first.isdigit() and (last or first).isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return found


def cpu_text(cpus):
    return ",".join(str(cpu) for cpu in sorted(cpus))


def write_command(path, text):
    return f"echo {text} > {path}"


def boot_command(parameter):
    return (f"add {parameter} to GRUB_CMDLINE_LINUX of /etc/default/grub, then: update-grub && "
            "reboot")


def no_core():
    yield Finding(SKIP, "no core was named (--core)")


def check_boot_list(context, file, parameter, is_about):
    """A list of cores that only the kernel's command line sets."""
    if not context.cores:
        yield from no_core()
        return
    there = cpu_list(context.host.read(file))
    lacking = set(context.cores) - there
    if lacking:
        wanted = cpu_text(there | set(context.cores))
        yield Finding(MISS, f"core {cpu_text(lacking)} {is_about}",
                      boot_command(f"{parameter}={wanted}"))
    else:
        yield Finding(OK, f"core {cpu_text(context.cores)}")


def isolated(context):
    """No other thread is put on a worker's core (isolcpus)."""
    return check_boot_list(context, "/sys/devices/system/cpu/isolated", "isolcpus",
                           "is shared with every other program")


def nohz_full(context):
    """No timer tick on a worker's core (nohz_full)."""
    return check_boot_list(context, "/sys/devices/system/cpu/nohz_full", "nohz_full",
                           "is interrupted by the timer tick")


def rcu_nocbs(context):
    """No deferred work of the kernel on a worker's core (rcu_nocbs)."""
    if not context.cores:
        yield from no_core()
        return
    line = context.host.read("/proc/cmdline") or ""
    match = re.search(r"(?:^|\s)rcu_nocbs=(\S+)", line)
    # nohz_full brings it along.
    there = cpu_list(match.group(1)) if match else set()
    there |= cpu_list(context.host.read("/sys/devices/system/cpu/nohz_full"))
    lacking = set(context.cores) - there
    if lacking:
        yield Finding(MISS, f"core {cpu_text(lacking)} runs RCU callbacks",
                      boot_command(f"rcu_nocbs={cpu_text(there | set(context.cores))}"))
    else:
        yield Finding(OK, f"core {cpu_text(context.cores)}")


def governor(context):
    """The core's clock stays high."""
    for core in context.cores:
        path = f"/sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor"
        now = context.host.read(path)
        if now is None:
            yield Finding(SKIP, f"core {core}: its frequency is not this host's to set")
        elif now == "performance":
            yield Finding(OK, f"core {core}: performance")
        else:
            yield Finding(MISS, f"core {core}: {now}", write_command(path, "performance"),
                          ((path, "performance"),))
    if not context.cores:
        yield from no_core()


def idle_states(context, core):
    """(name, how long it takes to wake, file that disables it), of those deeper than we want."""
    folder = f"/sys/devices/system/cpu/cpu{core}/cpuidle"
    for state in sorted(context.host.path(folder).glob("state[0-9]*")):
        base = f"{folder}/{state.name}"
        latency = int(context.host.read(f"{base}/latency") or 0)
        if latency > WAKE_US_MAX and context.host.read(f"{base}/disable") == "0":
            yield context.host.read(f"{base}/name"), latency, f"{base}/disable"


def c_states(context):
    """The core does not sleep so deep that it wakes late."""
    for core in context.cores:
        deep = list(idle_states(context, core))
        if deep:
            names = ", ".join(f"{name} ({latency} us)" for name, latency, _ in deep)
            fix = "; ".join(write_command(path, 1) for _, _, path in deep)
            yield Finding(MISS, f"core {core} may sleep in {names}", fix,
                          tuple((path, 1) for _, _, path in deep))
        elif context.host.path(f"/sys/devices/system/cpu/cpu{core}/cpuidle/state0").exists():
            yield Finding(OK, f"core {core}: nothing deeper than {WAKE_US_MAX} us")
        else:
            yield Finding(SKIP, f"core {core}: its sleep is not this host's to set")
    if not context.cores:
        yield from no_core()


def siblings(context):
    """No second hardware thread shares the core."""
    for core in context.cores:
        others = cpu_list(context.cpu(core, "topology/thread_siblings_list")) - {core}
        if others:
            fix = "; ".join(write_command(f"/sys/devices/system/cpu/cpu{other}/online", 0)
                            for other in sorted(others))
            yield Finding(MISS, f"core {core} is shared with core {cpu_text(others)}", fix,
                          tuple((f"/sys/devices/system/cpu/cpu{other}/online", 0)
                                for other in sorted(others)))
        else:
            yield Finding(OK, f"core {core} has no sibling")
    if not context.cores:
        yield from no_core()


def check_setting(context, path, is_good, better, why):
    """A file of one value, which may be written while the host runs."""
    now = context.host.read(path)
    chosen = re.search(r"\[(\S+)\]", now or "")
    now = chosen.group(1) if chosen else now
    if now is None:
        yield Finding(SKIP, f"this kernel has no {path}")
    elif is_good(now):
        yield Finding(OK, now)
    else:
        yield Finding(MISS, f"{now}: {why}", write_command(path, better), ((path, better),))


def transparent_huge_pages(context):
    """The kernel does not gather pages behind a program's back."""
    return check_setting(context, "/sys/kernel/mm/transparent_hugepage/enabled",
                         lambda now: now != "always", "madvise",
                         "the kernel stalls programs to make huge pages of small ones")


def numa_balancing(context):
    """The kernel does not unmap pages to see who uses them."""
    return check_setting(context, "/proc/sys/kernel/numa_balancing", lambda now: now == "0", 0,
                         "page faults on a worker, to see which node uses a page")


def watchdog(context):
    """No periodic interrupt to see whether a core hangs."""
    return check_setting(context, "/proc/sys/kernel/nmi_watchdog", lambda now: now == "0", 0,
                         "interrupts every core")


def swappiness(context):
    """Nothing of the router is swapped out."""
    swaps = (context.host.read("/proc/swaps") or "").splitlines()[1:]
    if not swaps:
        yield Finding(OK, "this host has no swap")
        return
    yield from check_setting(context, "/proc/sys/vm/swappiness",
                             lambda now: now.isdigit() and int(now) <= 1, 0,
                             "memory of a quiet program is swapped out")


def clock_source(context):
    """Time comes from the processor, without a system call or an exit to a hypervisor."""
    folder = "/sys/devices/system/clocksource/clocksource0"
    now = context.host.read(f"{folder}/current_clocksource")
    flags = re.search(r"^flags\s*:(.*)$", context.host.read("/proc/cpuinfo") or "", re.MULTILINE)
    words = flags.group(1).split() if flags else []
    if "constant_tsc" not in words or "nonstop_tsc" not in words:
        yield Finding(MISS, "the processor's clock changes its speed, or stops",
                      "another machine: this one's TSC is not fit to tell time")
    if now == "tsc":
        yield Finding(OK, "tsc")
    elif "tsc" in (context.host.read(f"{folder}/available_clocksource") or "").split():
        path = f"{folder}/current_clocksource"
        yield Finding(MISS, f"{now}: slower to read than tsc", write_command(path, "tsc"),
                      ((path, "tsc"),))
    else:
        yield Finding(MISS, f"{now}, and the kernel trusts no tsc",
                      boot_command("tsc=reliable") + " (where the hypervisor keeps it steady)")


def memory_lock(context):
    """This user may lock the router's memory."""
    if context.lock_bytes is None:
        yield Finding(OK, "no limit")
    else:
        yield Finding(MISS, f"{context.lock_bytes >> 20} MiB",
                      "LimitMEMLOCK=infinity in the service, or `ulimit -l unlimited`")


def huge_pages(context):
    """Each node that a core is on has huge pages."""
    host = context.host
    nodes = {host.node_of_core(core) for core in context.cores} or host.nodes()
    for node in sorted(nodes):
        counts = {size: host.count(node, size) for size in host.sizes(node)}
        text = ", ".join(f"{free} of {total} of {SIZE_NAMES[size]} free"
                         for size, (total, free) in counts.items())
        if not counts:
            yield Finding(SKIP, f"node {node}: this kernel has none")
        elif any(total for total, _ in counts.values()):
            yield Finding(OK, f"node {node}: {text}")
        else:
            yield Finding(MISS, f"node {node} has none",
                          f"hugepages/reserve --node {node} CONFIG")


def needs_iommu(context):
    return any(driver_of(context, pci_of(context, nic)) not in SHARED_DRIVERS
               for nic in context.nics if pci_of(context, nic))


def iommu(context):
    """DPDK's drivers reach the card through VFIO."""
    if not context.nics:
        yield Finding(SKIP, "no card was named (--nic)")
        return
    if not needs_iommu(context):
        yield Finding(OK, "the cards' drivers do without")
        return
    groups = context.host.path("/sys/kernel/iommu_groups")
    if groups.exists() and any(groups.iterdir()):
        yield Finding(OK, "on")
    else:
        yield Finding(MISS, "off", boot_command("intel_iommu=on iommu=pt (AMD: iommu=pt)"))
    if context.host.path("/sys/bus/pci/drivers/vfio-pci").exists():
        yield Finding(OK, "vfio-pci is loaded")
    else:
        yield Finding(MISS, "vfio-pci is not loaded", "modprobe vfio-pci")


def pci_of(context, nic):
    """The PCI address of a card, or None: a virtual interface has none."""
    if PCI_ADDRESS.fullmatch(nic):
        return nic.lower()
    device = context.host.path(f"/sys/class/net/{nic}/device")
    name = device.resolve().name if device.exists() else ""
    return name if PCI_ADDRESS.fullmatch(name) else None


def driver_of(context, address):
    driver = context.host.path(f"/sys/bus/pci/devices/{address}/driver")
    return driver.resolve().name if driver.exists() else None


def nic_finding(context, nic):
    host = context.host
    address = pci_of(context, nic)
    if address is None:
        known = host.path(f"/sys/class/net/{nic}").exists()
        return (Finding(OK, f"{nic} is virtual: net_af_xdp or net_af_packet") if known else
                Finding(MISS, f"there is no {nic}", "ip link; lspci -D"))
    if not host.path(f"/sys/bus/pci/devices/{address}").exists():
        return Finding(MISS, f"there is no {address}", "lspci -D")
    driver = driver_of(context, address)
    if driver in DPDK_DRIVERS | SHARED_DRIVERS:
        return Finding(OK, f"{address} has {driver}")
    return Finding(MISS, f"{address} has {driver or 'no driver'}: DPDK cannot take it (net_af_xdp "
                         "can)", f"dpdk-devbind.py --bind=vfio-pci {address}")


def nic_driver(context):
    """The card has a driver that DPDK can take it from."""
    for nic in context.nics:
        yield nic_finding(context, nic)
    if not context.nics:
        yield Finding(SKIP, "no card was named (--nic)")


def nic_node(context):
    """Card and core are on one NUMA node."""
    found = False
    for address in filter(None, (pci_of(context, nic) for nic in context.nics)):
        node = context.host.read(f"/sys/bus/pci/devices/{address}/numa_node")
        far = [core for core in context.cores
               if node not in (None, "-1") and context.host.node_of_core(core) != int(node)]
        if far:
            yield Finding(MISS, f"{address} is on node {node}, core {cpu_text(far)} is not",
                          f"choose cores of /sys/devices/system/node/node{node}/cpulist")
        else:
            yield Finding(OK, f"{address} is on node {node}")
        found = True
    if not found:
        yield Finding(SKIP, "no PCI card was named (--nic)")


def movable_interrupts(context):
    """(number, file, cores without ours) of interrupts that may come to a worker's core."""
    everywhere = cpu_list(context.host.read("/sys/devices/system/cpu/online"))
    for folder in sorted(context.host.path("/proc/irq").glob("[0-9]*"),
                         key=lambda path: int(path.name)):
        path = f"/proc/irq/{folder.name}/smp_affinity_list"
        at = cpu_list(context.host.read(path))
        rest = at - set(context.cores) or everywhere - set(context.cores)
        if at & set(context.cores) and rest:
            yield folder.name, path, cpu_text(rest)


def interrupts(context):
    """No device interrupts a worker's core."""
    if not context.cores:
        yield from no_core()
        return
    found = list(movable_interrupts(context))
    if not found:
        yield Finding(OK, f"none may come to core {cpu_text(context.cores)}")
        return
    numbers = ", ".join(number for number, _, _ in found)
    yield Finding(MISS, f"{numbers} may come to core {cpu_text(context.cores)}",
                  "; ".join(write_command(path, rest) for _, path, rest in found),
                  tuple((path, rest) for _, path, rest in found))


def irqbalance(context):
    """Nobody moves interrupts back to a worker's core."""
    running = any((context.host.read(f"/proc/{folder.name}/comm") or "") == "irqbalance"
                  for folder in context.host.path("/proc").glob("[0-9]*"))
    banned = re.search(r"^IRQBALANCE_BANNED_CPU(?:S|LIST)=.+",
                       context.host.read("/etc/default/irqbalance") or "", re.MULTILINE)
    if running and not banned:
        yield Finding(MISS, "irqbalance runs, and may use every core",
                      "systemctl disable --now irqbalance")
    else:
        yield Finding(OK, "irqbalance keeps away" if running else "no irqbalance runs")


CHECKS = {check.__name__: check
          for check in (isolated, nohz_full, rcu_nocbs, governor, c_states, siblings, interrupts,
                        irqbalance, transparent_huge_pages, huge_pages, numa_balancing, watchdog,
                        swappiness, memory_lock, clock_source, iommu, nic_driver, nic_node)}


def findings_of(context, name):
    return list(CHECKS[name](context))
