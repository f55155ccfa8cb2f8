"""A FIX 4.4 client for tests, of the standard library only: it sends what it is told to, answers
TestRequests, and keeps its own ledger of what it was told.
"""

import csv
import datetime
import socket
import time
from fractions import Fraction

import network
from stage import PATIENCE_S, Failure

SOH = "\x01"
STATUS = {"A": "pending", "0": "new", "1": "partially_filled", "2": "filled", "4": "canceled",
          "8": "rejected", "C": "expired"}


def encode(fields):
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields)
    head = f"8=FIX.4.4{SOH}9={len(body)}{SOH}"
    checksum = sum((head + body).encode("latin-1")) % 256
    return f"{head}{body}10={checksum:03d}{SOH}".encode("latin-1")


def decode(text):
    return dict(field.split("=", 1) for field in text.strip(SOH).split(SOH))


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


class Peer:
    """One end of a FIX connection: messages as dicts of text."""

    def __init__(self, connection, sender, target):
        self.connection, self.sender, self.target = connection, sender, target
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0
        self.received = b""
        self.closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send(self, kind, *fields):
        self.sent += 1
        self.connection.sendall(encode([("35", kind), ("34", self.sent), ("49", self.sender),
                                        ("52", utc_now()), ("56", self.target), *fields]))

    def receive(self, patience=PATIENCE_S):
        """The next message, or None once the other side has closed."""
        end = time.monotonic() + patience
        while (at := self.received.find(b"\x0110=")) < 0 or len(self.received) < at + 8:
            self.connection.settimeout(max(0.001, end - time.monotonic()))
            try:
                chunk = self.connection.recv(65536)
            except TimeoutError:
                raise Failure(f"no message for {patience} s; {self.received!r}") from None
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                self.closed = True
                return None
            self.received += chunk
        text, self.received = self.received[:at + 8], self.received[at + 8:]
        return decode(text.decode("latin-1"))


class Client(Peer):
    def __init__(self, port, sender="ACME", target="TERCEL"):
        router = (network.HERE.router_host, port)
        super().__init__(socket.create_connection(router, PATIENCE_S), sender, target)
        self.orders = {}

    def ask_to_log_on(self, password=None):
        given = [] if password is None else [("553", self.sender), ("554", password)]
        self.send("A", ("98", "0"), ("108", "30"), ("141", "Y"), *given)

    def log_on(self, password=None):
        """The answer: a Logon, a Logout, or None when the router just closed."""
        self.ask_to_log_on(password)
        return self.receive()

    def order(self, order, quantity, price, side="1", symbol="BTC-USD"):
        self.orders[order] = {"cl_ord_id": order, "symbol": symbol, "price": price, "qty": quantity,
                              "side": {"1": "buy", "2": "sell"}[side], "final_status": "pending",
                              "cum_qty": "0", "avg_px": "", "leaves_qty": quantity, "fills": 0,
                              "fill_notional": Fraction(0)}
        self.send("D", ("11", order), ("38", quantity), ("40", "2"), ("44", price), ("54", side),
                  ("55", symbol), ("60", utc_now()))

    def cancel(self, cancel, order):
        row = self.orders[order]
        self.send("F", ("11", cancel), ("41", order), ("54", "1" if row["side"] == "buy" else "2"),
                  ("55", row["symbol"]), ("60", utc_now()))

    def take(self, patience=PATIENCE_S):
        """The next message, booked; answers what needs an answer."""
        message = self.receive(patience)
        if message is not None and message["35"] == "1":
            self.send("0", ("112", message["112"]))
        if message is not None and message["35"] == "8":
            self._book(message)
        return message

    def _book(self, report):
        row = self.orders[report.get("41") or report["11"]]
        row.update(final_status=STATUS[report["39"]], cum_qty=report["14"],
                   leaves_qty=report["151"], avg_px=report["6"] if report["14"] != "0" else "")
        if report["150"] == "F":
            row["fills"] += 1
            row["fill_notional"] += Fraction(report["31"]) * Fraction(report["32"])

    def until(self, held):
        """Takes messages until `held(message)`; gives that one. A closed connection is a failure.
        """
        while (message := self.take()) is not None:
            if held(message):
                return message
        raise Failure(f"{self.sender}: the router closed the connection")

    def until_status(self, order, status):
        return self.until(lambda message: self.orders[order]["final_status"] == status)

    def rest(self):
        """Every message until the router closes; a Logout is answered."""
        messages = []
        while (message := self.take()) is not None:
            messages.append(message)
            if message["35"] == "5":
                self.send("5")
        return messages

    def write_ledger(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, next(iter(self.orders.values())).keys())
            writer.writeheader()
            for row in self.orders.values():
                # Sums of products of decimals: as many digits as 64-bit floats have would do not.
                scaled = row["fill_notional"] * 10 ** 16
                text = f"{scaled // 10 ** 16}.{int(scaled % 10 ** 16):016d}"
                writer.writerow({**row, "fill_notional": text})


class FakeVenue:
    """Takes connections of the router and lets the test answer."""

    def __init__(self):
        self.listener = socket.create_server((network.HERE.venue_host, 0))
        self.listener.settimeout(PATIENCE_S)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        return Peer(self.listener.accept()[0], "KRAKEN-TRD", "TERCEL")


def unused_port():
    """A port that nobody listens at, and that nobody is given before the socket is closed."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((network.HERE.venue_host, 0))
    return holder, holder.getsockname()[1]
