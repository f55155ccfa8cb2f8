"""What may go wrong between two FIX engines, on purpose: a TCP relay that loses messages and cuts.

It stands in front of a server and relays whole FIX messages both ways. Faults are asked for by the
test while it runs, each once and counted, so that what happens does not depend on time. Not a
packet-level tool: TCP itself stays sound, which is what a message lost by a gateway looks like.
"""

import socket
import struct
import threading

SOH = b"\x01"


def fields_of(message):
    text = message.decode("latin-1").strip("\x01")
    return dict(field.split("=", 1) for field in text.split("\x01"))


def split(received):
    """The whole messages at the front, and the rest."""
    messages = []
    while (end := received.find(SOH + b"10=")) >= 0 and len(received) >= end + 8:
        messages.append(received[:end + 8])
        received = received[end + 8:]
    return messages, received


class Direction:
    """One way of the relay: what it has seen, and what it is to do wrong."""

    def __init__(self, proxy, name):
        self.proxy, self.name = proxy, name
        self.seen = []  # the fields of every message, those lost too
        self.lost = []
        self.rules = []  # (matches, action): each used once

    def take(self, message):
        """What to relay of it: all, or nothing. None: cut here, before it."""
        fields = fields_of(message)
        with self.proxy.changed:
            action = next((rule for rule in self.rules if rule[0](fields)), None)
            self.seen.append(fields)
            if action is not None:
                self.rules.remove(action)
            if action is not None and action[1] == "lose":
                self.lost.append(fields)
                message = b""
            elif action is not None:
                message = None
            self.proxy.changed.notify_all()
        return message


class FaultProxy:
    """Listens on a port of its own and relays to `target`, one connection at a time.

    `to_server` and `to_client` are its Directions. Ends with close().
    """

    def __init__(self, target_port, target_host="127.0.0.1", host="127.0.0.1"):
        self.target = (target_host, target_port)
        self.host = host
        self.changed = threading.Condition()
        self.to_server = Direction(self, "to server")
        self.to_client = Direction(self, "to client")
        self.connections = 0
        self.pair = ()
        self.closed = False
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    # What a test asks for.

    def lose(self, direction, matches):
        """The next message that `matches` (given its fields) does not arrive."""
        with self.changed:
            direction.rules.append((matches, "lose"))

    def cut_before(self, direction, matches):
        """At the next message that `matches` both connections break, it and all behind it lost."""
        with self.changed:
            direction.rules.append((matches, "cut"))

    def cut(self):
        """Both connections break now, with whatever is on its way."""
        with self.changed:
            pair = self.pair
        for end in pair:
            self._reset(end)

    def wait(self, what, condition, patience=30):
        with self.changed:
            if not self.changed.wait_for(condition, patience):
                raise TimeoutError(f"in vain for {patience} s: {what}")

    def count(self, direction, **fields):
        """How many messages it saw with these values; `t35="D"` for MsgType(35)=D."""
        wanted = {tag[1:]: value for tag, value in fields.items()}
        return sum(all(seen.get(tag) == value for tag, value in wanted.items())
                   for seen in direction.seen)

    def close(self):
        self.closed = True
        self.listener.close()
        self.cut()

    # The relay.

    def _serve(self):
        while not self.closed:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                self._reset(client)
                continue
            self._relay(client, server)

    def _relay(self, client, server):
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.changed:
            self.pair = (client, server)
            self.connections += 1
            self.changed.notify_all()
        ways = [threading.Thread(target=self._pump, args=way, daemon=True)
                for way in ((client, server, self.to_server), (server, client, self.to_client))]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        for end in (client, server):
            end.close()

    def _pump(self, source, sink, direction):
        received = b""
        try:
            while chunk := source.recv(65536):
                messages, received = split(received + chunk)
                for message in messages:
                    relayed = direction.take(message)
                    if relayed is None:
                        self._reset(source)
                        self._reset(sink)
                        return
                    sink.sendall(relayed)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self._reset(sink)

    @staticmethod
    def _reset(end):
        """RST instead of FIN; whoever reads or writes it gives up."""
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
