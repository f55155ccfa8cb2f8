#!/usr/bin/env python3
"""tercel-exchange as a process: sockets, files, signals.

usage: exchange_main_test.py TERCEL_EXCHANGE

Speaks FIX with nothing of tercel's: frames, checksums and the Logon's signature are Python's own.
Prints TAP.
"""

import base64
import csv
import hashlib
import hmac
import os
import pathlib
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECRET = b"a secret of the tests"
KEY = "TESTKEY"
DEADLINE_S = 10


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.005)


class Exchange:
    """A running tercel-exchange with its files in a directory of its own."""

    def __init__(self, program, *arguments):
        self.directory = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.directory.name)
        (path / "key").write_text(KEY + "\n")
        (path / "secret").write_text(base64.b64encode(SECRET).decode() + "\n")
        self.port_file, self.ledger, self.raw_log = path / "port", path / "ledger", path / "raw"
        self.process = subprocess.Popen(
            [program, "--venue", "kraken-spot", "--listen", "127.0.0.1:0",
             "--port-file", self.port_file, "--comp-id", "ONE,TWO", "--key-file", path / "key",
             "--secret-file", path / "secret", "--ledger", self.ledger,
             "--raw-log", self.raw_log, *arguments], stderr=subprocess.PIPE, text=True)
        try:
            wait_for("the port file", self.is_up)
        except AssertionError:
            self.process.kill()
            raise
        self.port = int(self.port_file.read_text())

    def is_up(self):
        assert self.process.poll() is None, self.process.stderr.read()
        return self.port_file.exists()

    def end(self):
        """SIGTERM; the exit code, and the ledger's rows by ClOrdID."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(DEADLINE_S)
        self.said = self.process.stderr.read()
        with open(self.ledger, newline="") as file:
            return code, {row["cl_ord_id"]: row for row in csv.DictReader(file)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        self.directory.cleanup()


class Client:
    """One FIX connection."""

    def __init__(self, exchange, comp_id):
        self.comp_id, self.seq, self.buffer = comp_id, 0, b""
        self.socket = socket.create_connection(("127.0.0.1", exchange.port), DEADLINE_S)

    def send(self, msg_type, **fields):
        self.seq += 1
        body = f"35={msg_type}|34={self.seq}|49={self.comp_id}|52={utc()}|56=KRAKEN-TRD|"
        body += "".join(f"{tag[1:]}={value}|" for tag, value in fields.items())
        body = body.replace("|", "\x01").encode()
        message = b"8=FIX.4.4\x019=%d\x01" % len(body) + body
        self.socket.sendall(message + b"10=%03d\x01" % (sum(message) % 256))

    def receive(self):
        """The next message's fields, or None at the end of the connection."""
        while b"\x0110=" not in self.buffer or not self.buffer.endswith(b"\x01"):
            more = self.socket.recv(4096)
            if not more:
                return None
            self.buffer += more
        end = self.buffer.index(b"\x01", self.buffer.index(b"\x0110=") + 1) + 1
        message, self.buffer = self.buffer[:end], self.buffer[end:]
        trailer = message.rindex(b"10=")
        assert int(message[trailer + 3:-1]) == sum(message[:trailer]) % 256, message
        fields = [field.split(b"=", 1) for field in message[:-1].split(b"\x01")]
        return {int(tag): value.decode() for tag, value in fields}

    def log_on(self, **fields):
        nonce = str(time.time_ns() // 1000000)
        signed = (f"35=A\x0134={self.seq + 1}\x0149={self.comp_id}\x0156=KRAKEN-TRD\x01"
                  f"553={KEY}\x01{nonce}").encode()
        digest = hmac.new(SECRET, hashlib.sha256(signed).digest(), hashlib.sha512).digest()
        self.password = base64.b64encode(digest).decode()
        self.send("A", t98=0, t108=60, t141="Y", t553=KEY, t554=self.password, t5025=nonce,
                  **fields)
        answer = self.receive()
        assert answer is not None and answer[35] == "A", answer
        return self

    def order(self, cl_ord_id, side, quantity, price, validity=1):
        self.send("D", t11=cl_ord_id, t38=quantity, t40=2, t44=price, t54=side, t55="BTC/USD",
                  t59=validity, t60=utc())


def utc():
    now = time.time_ns() // 1000000
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(now // 1000)) + f".{now % 1000:03d}"


def trades_with_quotes_and_writes_the_ledger(program):
    with Exchange(program, "--quotes", "BTC/USD:ask=1@60000,ask=1@60001,bid=1@59990") as exchange:
        client = Client(exchange, "ONE").log_on()
        client.order(1, 1, "1.5", "60001", validity=3)
        kinds = [client.receive() for _ in range(3)]
        assert [(k[150], k[39]) for k in kinds] == [("0", "0"), ("F", "1"), ("F", "2")], kinds
        assert (kinds[2][31], kinds[2][32], kinds[2][6]) == ("60001", "0.5", "60000.33333333")
        client.order(2, 2, "0.25", "70000")
        assert client.receive()[39] == "0"
        code, rows = exchange.end()
        assert code == 0, code
        assert rows["1"] == {
            "cl_ord_id": "1", "order_id": kinds[0][37], "symbol": "BTC/USD", "side": "buy",
            "qty": "1.5", "price": "60001", "final_status": "filled", "cum_qty": "1.5",
            "avg_px": "60000.33333333", "leaves_qty": "0", "fills": "2",
            "fill_notional": "90000.5", "last_cl_ord_id": "1", "ord_type": "2", "stop_px": "",
            "display_qty": "", "fees": "234.0013 USD"}, rows["1"]
        assert rows["2"]["final_status"] == "new", rows["2"]


def obeys_commands_and_faults(program):
    with tempfile.TemporaryDirectory() as folder:
        control = pathlib.Path(folder) / "control"
        os.mkfifo(control)
        with Exchange(program, "--control", control, "--fault", "order#2:reject=funds",
                      "--lose-order", "9") as exchange:
            client = Client(exchange, "ONE").log_on()
            client.order(1, 1, "1", "100")
            assert client.receive()[39] == "0"
            with open(control, "w") as commands:
                commands.write("fill 1 0.25\nnonsense\n")
            assert client.receive()[32] == "0.25"
            client.order(2, 1, "1", "100")
            assert client.receive()[58] == "EOrder:Insufficient funds"
            with open(control, "w") as commands:
                commands.write("kill 1\n")
            assert client.receive()[150] == "4"
            code, rows = exchange.end()
            assert code == 0 and rows["1"]["final_status"] == "canceled"
            assert "fill 1 0.25: done" in exchange.said, exchange.said
            assert "nonsense: expected last, index" in exchange.said, exchange.said
            assert "faults 1" in exchange.said, exchange.said


def says_a_megabyte_at_once(program):
    with Exchange(program, "--fault", "order#1:long=1000000", "--fault",
                  "order#2:garbage=70000") as exchange:
        client = Client(exchange, "ONE").log_on()
        client.order(1, 1, "1", "100")
        kind, length = client.receive(), client.receive()
        if kind[35] != "0":
            kind, length = length, kind
        assert kind[9] == "1000000" and set(kind[112]) == {"x"} and length[150] == "0"
        client.order(2, 1, "1", "100")
        got = 0
        while got < 70000:
            got += len(client.socket.recv(65536))


def serves_two_sessions_at_once(program):
    with Exchange(program) as exchange:
        one, two = Client(exchange, "ONE").log_on(), None
        time.sleep(0.002)  # the key's nonce is a millisecond count and must go up
        two = Client(exchange, "TWO").log_on()
        one.order(1, 1, "1", "100")
        assert one.receive()[150] == "0"
        # Both have one key and so are one account: the newcomer is cancelled, by default.
        two.order(1, 2, "1", "100")
        assert two.receive()[150] == "0"
        canceled = two.receive()
        assert (canceled[150], canceled[58]) == ("4", "Self trade prevention"), canceled
        assert exchange.end()[0] == 0


def masks_passwords_in_the_raw_log(program):
    with Exchange(program) as exchange:
        client = Client(exchange, "ONE").log_on()
        client.send("1", t112="HELLO")
        assert client.receive()[112] == "HELLO"
        assert exchange.end()[0] == 0
        text = exchange.raw_log.read_text()
        assert "|554=***|" in text and "|112=HELLO|" in text, text
        for secret in (client.password, SECRET.decode(), base64.b64encode(SECRET).decode()):
            assert secret not in text + exchange.said


def outlives_hostile_bytes(program):
    seed = random.SystemRandom().getrandbits(32)
    print(f"# seed {seed}", flush=True)
    rng = random.Random(seed)
    with Exchange(program) as exchange:
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", exchange.port)) as stranger:
                try:
                    stranger.sendall(b"8=FIX.4.4\x019=" * rng.getrandbits(1) +
                                     rng.randbytes(rng.randrange(5000)))
                except ConnectionError:
                    pass  # thrown out already
        client = Client(exchange, "ONE").log_on()
        client.socket.sendall(rng.randbytes(1000))
        client.order(1, 1, "1", "100")
        # The bytes swallowed nothing, or the order with them; the exchange lives either way.
        assert exchange.process.poll() is None
        Client(exchange, "TWO").log_on()
        assert exchange.end()[0] == 0


def is_idle_while_nothing_happens(program):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Exchange(program) as exchange:
        Client(exchange, "ONE").log_on()
        time.sleep(0.5)
        assert exchange.end()[0] == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < 0.25, f"{used:.3f} s of processor time in half a second of idling"


def refuses_impossible_options(program):
    for arguments in ([], ["--venue", "other"], ["--listen", "nowhere"], ["--nonsense"],
                      ["--instrument", "BTC/USD:tick=0"], ["--stall-after", "-1"], ["stray"],
                      ["--fault", "order:nothing"], ["--fault", "order:reject=nothing"],
                      ["--gap", "other"], ["--rate-limit", "60"], ["--roll-over", "24:00:00"]):
        done = subprocess.run([program, *arguments], capture_output=True, text=True)
        assert done.returncode == 2 and done.stderr.strip(), arguments
    assert subprocess.run([program, "--help"], capture_output=True).returncode == 0


TESTS = [trades_with_quotes_and_writes_the_ledger, obeys_commands_and_faults,
         says_a_megabyte_at_once, serves_two_sessions_at_once, masks_passwords_in_the_raw_log,
         outlives_hostile_bytes, is_idle_while_nothing_happens, refuses_impossible_options]


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, test in enumerate(TESTS, 1):
        try:
            test(sys.argv[1])
            verdict = "ok"
        except (AssertionError, OSError, KeyError, subprocess.TimeoutExpired) as error:
            print(f"# {type(error).__name__}: {error}")
            verdict, failed = "not ok", failed + 1
        print(f"{verdict} {number} - {test.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
