"""Plays one scenario against the acceptor, over sockets."""

import asyncio
import math
import re
import socket
import struct
import time

import versions
import wire

# Far longer than anything takes: what is awaited comes, or the scenario has failed.
PATIENCE_S = 30
# How many times slower than ours a world's clock is (acceptor_world.h); the judge's stands still.
SLOWNESS = 50
# Bytes written one by one between two turns of the others: the acceptor is to see them arrive.
YIELD_BYTES = 4
# How often a counter is looked at that nobody tells about.
LOOK_S = 0.005


class Failed(Exception):
    pass


class Connection:
    def __init__(self, reader, writer, player):
        self.reader, self.writer, self.player = reader, writer, player
        self.buffer = bytearray()
        self.outgoing = bytearray()  # mode joined: sends that wait for the first other step
        self.deaf = False  # then the other side may well stop reading, too
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def send(self, data):
        if self.player.mode == "joined":
            self.outgoing += data
        elif self.player.mode == "split":
            await self.write_split(data)
        else:
            await self.write(data)

    async def write(self, data):
        if self.writer.is_closing():
            return
        try:
            self.writer.write(data)
            if not self.deaf:
                await asyncio.wait_for(self.writer.drain(), PATIENCE_S)
        except ConnectionError:
            pass  # that it is gone shows at the next thing expected

    async def write_split(self, data):
        for i in range(len(data)):
            await self.write(data[i:i + 1])
            if i % YIELD_BYTES == 0:
                await asyncio.sleep(0)

    async def flush(self):
        data, self.outgoing = bytes(self.outgoing), bytearray()
        if data:
            await self.write(data)

    async def read_more(self):
        """False at the end, in order or not."""
        try:
            data = await asyncio.wait_for(self.reader.read(65536), self.player.patience)
        except ConnectionError:
            return False
        except asyncio.TimeoutError:
            raise Failed(f"nothing came within {self.player.patience} s"
                         + (f" behind {wire.show(bytes(self.buffer))}" if self.buffer else "")
                         ) from None
        self.buffer += data
        return bool(data)

    async def next_message(self):
        """None at the end."""
        while True:
            try:
                message = wire.take_message(self.buffer)
            except wire.Broken as broken:
                raise Failed(str(broken)) from None
            if message is not None:
                return message
            if not await self.read_more():
                if self.buffer:
                    raise Failed(f"ended inside a message: {wire.show(bytes(self.buffer))}")
                return None

    def unread(self):
        return bytes(self.buffer)

    def end(self, with_reset=False):
        if self.writer.is_closing():
            return
        if with_reset:
            self.writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            self.writer.close()


class Control:
    """The line to the acceptor's application."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, line):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(line.encode() + b"\n")
        answer = (await asyncio.wait_for(self.reader.readline(), PATIENCE_S)).decode().strip()
        if not answer.startswith("ok"):
            raise Failed(f"the acceptor's control said '{answer}' to '{line}'")
        return answer

    def close(self):
        if self.writer is not None:
            self.writer.close()


class Player:
    def __init__(self, scenario, mode, number, ports, listener=None):
        self.scenario, self.mode, self.ports, self.listener = scenario, mode, ports, listener
        self.version = scenario.version
        self.me, self.you = f"{scenario.profile}.{self.version.name}.{number}", "ISLD"
        self.connections = {}
        self.control = Control(ports["control"])
        self.ahead_s, self.born_s, self.stamp = 0.0, 0.0, wire.utc_text(time.time())
        self.began_s = time.monotonic()
        self.next_sent, self.next_heard = 1, 1
        self.sent_at = {}  # their number: its SendingTime when it was new
        self.pings = 0
        self.rounds = []  # of the repeats we are in
        self.patience = self.last_patience = PATIENCE_S

    async def play(self):
        """None, or what went wrong."""
        step = None
        try:
            await self.set_clock()
            for step in self.scenario.steps:
                if step is self.scenario.steps[-1]:
                    self.patience = min(self.patience, self.last_patience)
                await self.do(step)
            step = "the end"
            await self.look_for_leftovers()
        except (Failed, OSError) as failed:
            return f"{step}\n    {failed}"
        finally:
            self.close()
        return None

    def close(self):
        self.control.close()
        for connection in self.connections.values():
            connection.end(with_reset=True)

    async def do(self, step):
        if step.verb == "repeat":
            await self.do_repeat(step)
            return
        connection = self.connections.get(step.name)
        if step.verb not in (">", "raw"):
            for each in self.connections.values():
                await each.flush()
        if connection is None and step.verb not in ("connect", "accept", "app", "state", "later"):
            raise Failed("there is no such connection")
        method = {">": "send", "<": "expect"}.get(step.verb, step.verb)
        await getattr(self, "do_" + method)(step, connection)

    async def do_repeat(self, step):
        counts = step.text.split("/")
        for i in range(int(counts[-1] if self.mode == "split" else counts[0])):
            self.rounds.append(i)
            for inner in step.steps:
                try:
                    await self.do(inner)
                except Failed as failed:
                    raise Failed(f"round {i}, {inner}\n    {failed}") from None
            self.rounds.pop()

    async def look_for_leftovers(self):
        for name, connection in self.connections.items():
            await connection.flush()
            if connection.unread():
                raise Failed(f"{name} has more to read: {wire.show(connection.unread())}")

    # Connections.

    def begin_numbers(self):
        if not self.scenario.keeps_numbers:
            self.next_sent = self.next_heard = 1
            self.sent_at = {}

    async def do_connect(self, step, _):
        end = socket.socket()
        end.setblocking(False)
        if step.text == "small":
            # Before the connection, so that no larger window is ever offered.
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        port = self.ports["hasty" if step.text == "hasty" else "fix"]
        await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=end, limit=65536)
        self.begin_numbers()
        self.connections[step.name] = Connection(reader, writer, self)

    async def do_accept(self, step, _):
        await self.control.ask(f"dial {self.me} {self.listener.index}")
        try:
            reader, writer = await asyncio.wait_for(self.listener.accepted.get(), self.patience)
        except asyncio.TimeoutError:
            raise Failed("nobody dialled") from None
        self.begin_numbers()
        self.connections[step.name] = Connection(reader, writer, self)

    async def do_closed(self, _, connection):
        message = await connection.next_message()
        if message is not None:
            raise Failed(f"in place of the end came {wire.show(message)}")
        connection.end()

    async def do_finish(self, _, connection):
        connection.end()

    async def do_reset(self, _, connection):
        connection.end(with_reset=True)

    async def do_deaf(self, _, connection):
        connection.deaf = True
        connection.writer.transport.pause_reading()

    async def do_listen(self, _, connection):
        connection.deaf = False
        connection.writer.transport.resume_reading()

    # The other side.

    async def do_later(self, step, _):
        if ":" in step.text:
            hours, minutes = map(int, step.text.split(":"))
            seconds = (hours * 3600 + minutes * 60 - self.now()) % 86400
        else:
            seconds = float(step.text)
        await self.control.ask(f"later {self.me} {math.ceil(seconds * 1000)}")
        self.ahead_s += seconds

    async def do_app(self, step, _):
        verb, _, rest = step.text.partition(" ")
        await self.control.ask(f"{verb} {self.me} {self.fill_in(rest)}".rstrip())

    async def do_state(self, step, _):
        end = time.monotonic() + self.patience
        while True:
            answer = await self.control.ask(f"state {self.me}")
            if set(step.text.split()) <= set(answer.split()):
                return
            if time.monotonic() > end:
                raise Failed(f"it says {answer}")
            await asyncio.sleep(LOOK_S)

    # Messages.

    async def set_clock(self):
        answer = await self.control.ask(f"clock {self.me}")
        self.born_s, self.began_s = int(answer.split()[1]) / 1e9, time.monotonic()

    def now(self):
        """The world's, as far as it can be known."""
        if self.scenario.profile == "real-time":
            return time.time()
        return self.born_s + (time.monotonic() - self.began_s) / SLOWNESS + self.ahead_s

    def fill_in(self, text):
        now = self.now()  # once: a message has one present

        def value(match):
            name, offset = match[1], float((match[2] or "+0").rstrip("s"))
            if name == "now":
                return wire.utc_text(now + offset)
            if name == "i":
                return str(self.rounds[-1] + int(offset))
            if name == "length":
                return match[0]
            if name == "now0":
                return wire.utc_text(now, fractions=False)
            if name.startswith("fill"):
                return "x" * int(name[4:])
            return {"stamp": self.stamp, "me": self.me, "you": self.you,
                    "begin": self.version.begin_string, "other": self.version.other,
                    "open": self.version.open_end}[name]
        return wire.PLACEHOLDER.sub(value, self.version.orders(text))

    async def do_raw(self, step, connection):
        await connection.send(self.fill_in(step.text).replace("|", "\x01").encode("latin-1"))

    async def do_send(self, step, connection):
        text = self.fill_in(step.text)
        if text.startswith("8="):
            await connection.send(wire.seal(wire.fields_of(text)))
            return
        await connection.send(wire.seal([("8", self.version.begin_string), *self.completed(text)]))

    def completed(self, text):
        pairs = wire.fields_of(text)
        given = {tag.lstrip("-") for tag, value in pairs if value is not None or tag[0] == "-"}
        header = [(tag, value) for tag, value in [
            ("34", str(self.next_sent)), ("49", self.me), ("52", wire.utc_text(self.now())),
            ("56", self.you)] if tag not in given]
        rest = [(tag, value) for tag, value in pairs[1:]
                if value is not None or tag[0] != "-"]
        if pairs[0][0] == versions.LOGON and "1137" not in given:
            rest = self.version.with_appl_ver_id(versions.LOGON, rest)
        self.count_sent(dict(pairs).get("34", str(self.next_sent)))
        return [("35", pairs[0][0]), *header, *rest]

    def count_sent(self, number):
        if re.fullmatch(r"\d+", number or ""):
            self.next_sent = int(number) + 1

    async def do_expect(self, step, connection):
        message = await connection.next_message()
        expected = self.expected(self.fill_in(step.text))
        if message is None:
            raise Failed("the connection ended")
        self.compare(expected, message)

    def expected(self, text):
        pairs = wire.fields_of(text)
        kind, pairs = pairs[0][0], pairs[1:]
        given = {tag for tag, _ in pairs}
        for tag, value in [("34", str(self.next_heard)), ("49", self.you), ("52", "*"),
                           ("56", self.me)]:
            if tag not in given:
                pairs.append((tag, value))
        if ("43", "Y") in pairs and "122" not in given:
            pairs.append(("122", "*"))
        header = sorted((pair for pair in pairs if pair[0] in wire.HEADER),
                        key=lambda pair: int(pair[0]))
        body = [pair for pair in pairs if pair[0] not in wire.HEADER]
        if kind == versions.REJECT:
            body = self.version.reject(body)
        body = self.version.with_appl_ver_id(kind, body)
        return [("8", self.version.begin_string), ("9", "*"), ("35", kind), *header, *body,
                ("10", "*")]

    def compare(self, expected, message):
        heard = wire.fields_of(wire.show(message))
        same = len(heard) == len(expected) and all(
            one[0] == other[0] and other[1] in (one[1], "*") for one, other in zip(heard, expected))
        if not same:
            raise Failed(f"expected {wire.show(wire.join(expected))}\n"
                         f"    but came {wire.show(message)}")
        self.check_times(dict(heard), message)

    def check_times(self, heard, message):
        form = wire.TIME if self.version.has_fractions else wire.TIME_IN_SECONDS
        for tag in ("52", "122"):
            if tag in heard and not form.fullmatch(heard[tag]):
                raise Failed(f"{tag} is no time as {self.version.name} has it: "
                             f"{wire.show(message)}")
        if abs(wire.utc_seconds(heard["52"][:17]) - self.now()) > 60:
            raise Failed(f"SendingTime is not the present: {wire.show(message)}")
        if heard.get("43") != "Y":
            self.next_heard = int(heard["34"]) + 1
            self.sent_at[heard["34"]] = heard["52"]
        elif heard["35"] != "4" and heard["122"] != self.sent_at.get(heard["34"], heard["122"]):
            raise Failed(f"OrigSendingTime is not {self.sent_at[heard['34']]}: "
                         f"{wire.show(message)}")

    # What is said so often that it has a word of its own.

    async def say(self, text, connection):
        pairs = self.completed(self.fill_in(text))
        await connection.send(wire.seal([("8", self.version.begin_string), *pairs]))
        await connection.flush()

    async def hear(self, text, connection):
        message = await connection.next_message()
        if message is None:
            raise Failed(f"the connection ended before {text}")
        self.compare(self.expected(self.fill_in(text)), message)

    async def do_logon(self, step, connection):
        await self.say(f"A|{step.text or '98=0|108=30'}", connection)
        await self.hear(f"A|{step.text or '98=0|108=30'}", connection)

    async def do_logout(self, step, connection):
        await self.say("5", connection)
        await self.hear("5", connection)
        await self.do_closed(step, connection)

    async def do_ping(self, _, connection):
        self.pings += 1
        await self.say(f"1|112=PING{self.pings}", connection)
        await self.hear(f"0|112=PING{self.pings}", connection)
