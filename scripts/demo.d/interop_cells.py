"""The grid of scripts/e2e_tcp_interop: who calls, over how many connections, how much is lost, and
what is said.
"""

import collections

ROLES = ("call", "answer")  # ours; who calls asks, or sends one way
CONNECTIONS = (1, 50, 300)
PERCENTS = (0, 1, 10)  # lost, in either direction
MESSAGE_BYTES = 2048  # of those one way
PACE_PER_S = 20000  # messages over all connections, where nothing is to go wrong

Size = collections.namedtuple("Size", "requests mib connections bulk_connections")
# By percent of loss.
WHOLE = {0: Size(100000, 256, CONNECTIONS, CONNECTIONS),
         1: Size(100000, 256, CONNECTIONS, CONNECTIONS),
         10: Size(5000, 256, CONNECTIONS, CONNECTIONS)}
# In a minute there is no waiting for hundreds of connections of which every tenth SYN is lost.
BOUNDED = {0: Size(1000, 2, CONNECTIONS, (1,)), 1: Size(1000, 1, CONNECTIONS, (1,)),
           10: Size(300, 0.125, (1,), (1,))}


class Cell(collections.namedtuple("Cell", "role connections percent kind amount")):
    """`kind` is "requests", and `amount` how many, or "bulk", of so many MiB."""

    @property
    def name(self):
        return f"{self.role}-{self.connections}-{self.percent}%-{self.kind}"

    def __str__(self):
        what = f"{self.amount} {'requests' if self.kind == 'requests' else 'MiB'}"
        return f"{self.role}, {self.connections} connections, {self.percent} % loss, {what}"

    def options(self):
        """The plan of the talk, for both ends."""
        if self.kind == "bulk":
            options = bulk(self.connections, self.amount)
        else:  # one connection has several on their way, where it loses
            options = {"connections": self.connections,
                       "messages": max(self.amount, self.connections),
                       "depth": 8 if self.connections == 1 and self.percent else 1}
        if self.percent == 0:  # no core is ever full: what waits for one looks lost
            options["interval_us"] = self.connections * 10**6 // PACE_PER_S
        return options


def bulk(connections, mib):
    """The plan of one way, answered at the end."""
    return {"connections": connections, "answer_every": 0, "bytes_min": MESSAGE_BYTES, "depth": 0,
            "bytes_max": MESSAGE_BYTES,
            "messages": max(int(mib * 2**20) // MESSAGE_BYTES, connections)}


def grid(sizes):
    """Every cell of these sizes, one role beside the other."""
    return [Cell(role, connections, percent, kind, amount)
            for percent in PERCENTS
            for kind, amount, counts in (
                ("requests", sizes[percent].requests, sizes[percent].connections),
                ("bulk", sizes[percent].mib, sizes[percent].bulk_connections))
            for connections in counts for role in ROLES]
