"""A FIX 4.4 gateway that does to each order what its ClOrdID says: to try the judges of real ones.

The word before the first "-" of a ClOrdID is the behaviour: see BEHAVIOURS. One connection, no
resends, no heartbeats of its own; it lives as long as a test.
"""

import datetime
import socket
import threading

SOH = "\x01"


def encode(fields):
    body = "".join(f"{tag}={value}{SOH}" for tag, value in fields)
    head = f"8=FIX.4.4{SOH}9={len(body)}{SOH}"
    checksum = sum((head + body).encode()) % 256
    return f"{head}{body}10={checksum:03d}{SOH}".encode()


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


class Order:
    def __init__(self, message):
        self.id, self.symbol, self.side = message["11"], message["55"], message["54"]
        self.quantity = message["38"]
        self.price = message.get("44", "100")

    def totals(self, cumulative, leaves, average):
        return [("14", cumulative), ("151", leaves), ("6", average)]


class Gateway(threading.Thread):
    def __init__(self, password=None):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.password = password
        self.orders = {}
        self.sent = 0
        self.execs = 0

    def run(self):
        connection, _ = self.listener.accept()
        self.listener.close()
        with connection:
            self.connection = connection
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
                received = self.take_all(received)

    def take_all(self, received):
        """Handles every whole message; gives back the rest."""
        while (at := received.find(b"\x0110=")) >= 0 and len(received) >= at + 8:
            text, received = received[:at + 8].decode(), received[at + 8:]
            self.take(dict(field.split("=", 1) for field in text.strip(SOH).split(SOH)))
        return received

    def take(self, message):
        if message["35"] == "A":
            self.log_on(message)
        elif message["35"] == "1":
            self.send("0", [("112", message["112"])])
        elif message["35"] == "5":
            self.send("5", [])
        elif message["35"] == "D":
            order = self.orders[message["11"]] = Order(message)
            BEHAVIOURS[order.id.split("-")[0]](self, order, message)
        elif message["35"] == "F":
            self.cancel(message)

    def log_on(self, message):
        self.sender, self.target = message["56"], message["49"]
        if self.password is not None and message.get("554") != self.password:
            self.send("5", [("58", "who are you?")])
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send("A", [("98", "0"), ("108", message["108"])]
                  + ([("141", "Y")] if message.get("141") == "Y" else []))

    def send(self, kind, fields):
        self.sent += 1
        self.connection.sendall(encode([
            ("35", kind), ("34", self.sent), ("49", self.sender), ("52", utc_now()),
            ("56", self.target), *fields]))

    def report(self, order, exec_type, status, totals, extra=(), exec_id=None):
        self.execs += 1
        self.send("8", [("37", "O-" + order.id), ("11", order.id), ("17", exec_id or self.execs),
                        ("150", exec_type), ("39", status), ("55", order.symbol),
                        ("54", order.side), *totals, *extra])

    def fill(self, order, status, quantity, price, totals, exec_id=None):
        self.report(order, "F", status, totals, [("32", quantity), ("31", price)], exec_id)

    def cancel(self, message):
        order = self.orders.get(message["41"])
        if order is None or not order.id.startswith(("rest", "part")):
            self.send("9", [("37", "NONE"), ("11", message["11"]), ("41", message["41"]),
                            ("39", "8"), ("434", "1"), ("102", "1")])
            return
        done = "1" if order.id.startswith("part") else "0"
        self.send("8", [("37", "O-" + order.id), ("11", message["11"]), ("41", order.id),
                        ("17", "cancel-" + order.id), ("150", "4"), ("39", "4"),
                        ("55", order.symbol), ("54", order.side),
                        *order.totals(done, "0", order.price if done == "1" else "0")])


def rest(gateway, order, _):
    gateway.report(order, "0", "0", order.totals("0", order.quantity, "0"))


def fill(gateway, order, message):
    rest(gateway, order, message)
    gateway.fill(order, "2", order.quantity, order.price,
                 order.totals(order.quantity, "0", order.price))


def part(gateway, order, message):
    """Fills 1 of what must be 3."""
    rest(gateway, order, message)
    gateway.fill(order, "1", "1", order.price, order.totals("1", "2", order.price))


def twice(gateway, order, message):
    """Fills 0.3 in two, at prices whose doubles would not add up."""
    rest(gateway, order, message)
    gateway.fill(order, "1", "0.1", "64000.01", order.totals("0.1", "0.2", "64000.01"))
    gateway.fill(order, "2", "0.20", "64000.03", order.totals("0.30", "0", "64000.02333333"))


def reject(gateway, order, _):
    gateway.report(order, "8", "8", order.totals("0", "0", "0"), [("103", "1"), ("58", "no")])


def business_reject(gateway, order, message):
    gateway.send("j", [("45", message["34"]), ("372", "D"), ("379", order.id), ("380", "4")])


def session_reject(gateway, _, message):
    gateway.send("3", [("45", message["34"]), ("373", "5"), ("58", "bad value")])


def mute(_gateway, _order, _message):
    pass


def bad_cumulative(gateway, order, message):
    rest(gateway, order, message)
    gateway.fill(order, "1", "1", order.price, order.totals("2", "1", order.price))


def bad_leaves(gateway, order, _):
    gateway.report(order, "0", "0", order.totals("0", "7", "0"))


def bad_exec(gateway, order, message):
    rest(gateway, order, message)
    for _ in range(2):
        gateway.fill(order, "1", "1", order.price, order.totals("1", "2", order.price), "same")


def bad_status(gateway, order, _):
    gateway.report(order, "0", "Z", order.totals("0", order.quantity, "0"))


def bad_symbol(gateway, order, _):
    order.symbol = "DOGE-USD"
    gateway.report(order, "0", "0", order.totals("0", order.quantity, "0"))


def bad_missing(gateway, order, _):
    gateway.report(order, "0", "0", [("14", "0"), ("6", "0")])


def undead(gateway, order, message):
    reject(gateway, order, message)
    rest(gateway, order, message)


def ghost(gateway, order, message):
    rest(gateway, order, message)
    order.id = "nobody"
    rest(gateway, order, message)


BEHAVIOURS = {
    "rest": rest, "fill": fill, "part": part, "twice": twice, "reject": reject, "mute": mute,
    "jreject": business_reject, "sreject": session_reject, "badcum": bad_cumulative,
    "badleaves": bad_leaves, "badexec": bad_exec, "badstatus": bad_status,
    "badsymbol": bad_symbol, "badmissing": bad_missing, "undead": undead, "ghost": ghost,
}
