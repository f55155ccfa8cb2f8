"""Where exchange, router and clients are: all on loopback, or in the namespaces of scripts/lab.

On loopback the kernel carries the router's sessions; in a lab it has two ports of its own, and
TCP is tercel's. TERCEL_LAB=PREFIX,DRIVER,PAGES (scripts/e2e_dpdk sets it) says that a lab is up
under that prefix and that this process is in its client's namespace: venues are then played there,
too.
"""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROUTER_PORT = 5001

WORKER = """
workers:
  order_entry: {{transport: dpdk, poll: {poll}}}
dpdk: {{huge_pages: {pages}}}
ports:
  - {{name: clients, device: 'vdev: {driver}0,iface=client0', address: 10.77.1.2/24}}
  - {{name: venues, device: 'vdev: {driver}1,iface=venue0', address: 10.77.2.2/24}}
"""


class Loopback:
    """Everybody on this host."""
    name = "loopback"
    router_host = venue_host = "127.0.0.1"
    router_port = 0  # any
    more_config = ""

    def inside(self, _role):
        """What to put before a command of "client", "router" or "venue"."""
        return []

    def close(self):
        """Nothing was made."""


class Lab:
    """The router in its namespace, on `driver`; clients and venues in theirs, or all `here`."""
    name = "lab"
    router_host = "10.77.1.2"
    router_port = ROUTER_PORT

    def __init__(self, prefix, driver="net_af_packet", pages="off", here=False, poll="yield"):
        self.prefix, self.here = prefix, here
        self.venue_host = "10.77.1.1" if here else "10.77.2.1"
        self.more_config = WORKER.format(driver=driver, pages=pages, poll=poll)
        if not here:
            self.lab("up")

    def lab(self, verb):
        subprocess.run([ROOT / "scripts/lab", verb, "--prefix", self.prefix], check=True,
                       stdout=subprocess.DEVNULL)

    def inside(self, role):
        if self.here and role != "router":
            return []
        return ["ip", "netns", "exec", f"{self.prefix}-{role}"]

    def close(self):
        if not self.here:
            self.lab("down")


def of_environment():
    """The network that scripts/e2e_dpdk prepared, or loopback."""
    named = os.environ.get("TERCEL_LAB")
    return Lab(*named.split(","), here=True) if named else Loopback()


HERE = of_environment()
