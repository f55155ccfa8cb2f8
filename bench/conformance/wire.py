"""FIX messages as bytes, on their own: nothing here knows tercel.

A message is text with `|` for SOH. What a scenario says is completed; what it hears is taken apart
and checked to be well formed by plain arithmetic.
"""

import datetime
import functools
import re

SOH = b"\x01"
# FIX 4.4 volume 1, standard message header, and FIXT 1.1; 8, 9 and 35 lead, the rest is written
# ascending.
HEADER = set("34 43 49 50 52 56 57 90 91 97 115 116 122 128 129 142 143 144 145 212 213 347 369 "
             "627 628 629 630 1128 1129 1156".split())
TIME_IN_SECONDS = re.compile(r"\d{8}-\d\d:\d\d:\d\d")
TIME = re.compile(TIME_IN_SECONDS.pattern + r"\.\d{3}")
LENGTH = re.compile(r"<length([+-]\d+)>")
PLACEHOLDER = re.compile(r"<(\w+)([+-]\d+(?:\.\d+)?s?)?>")
# The longest message that is believed; far more than any scenario has.
MESSAGE_BYTES_MAX = 65536


class Broken(Exception):
    """What came is no FIX message."""


def show(data):
    text = data if isinstance(data, str) else data.decode("latin-1")
    return text.replace("\x01", "|")


def utc_text(seconds, fractions=True):
    """UTCTimestamp, with milliseconds if wanted."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    if not fractions:
        return moment.strftime("%Y%m%d-%H:%M:%S")
    return moment.strftime("%Y%m%d-%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


@functools.lru_cache
def utc_seconds(text):
    moment = datetime.datetime.strptime(text, "%Y%m%d-%H:%M:%S")
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()


def checksum(data):
    return sum(data) % 256


def fields_of(text):
    """(tag, value) pairs of `35=D|11=x`.

    A tag is text, because it may be none; without `=` it is behind an SOH in a value: None.
    """
    return [tuple(part.split("=", 1)) if "=" in part else (part, None)
            for part in text.split("|") if part]


def join(pairs):
    return "".join(tag + ("" if value is None else f"={value}") + "\x01" for tag, value in pairs)


def seal(pairs):
    """Bytes of a message whose 9 and 10 are worked out unless it has them. 8 is the first pair.

    9 may be <length+N>: that much more than it should be.
    """
    pairs = list(pairs)
    trailer = pairs.pop() if pairs[-1][0] == "10" else None
    if pairs[1][0] != "9":
        pairs.insert(1, ("9", "<length+0>"))
    given = LENGTH.fullmatch(pairs[1][1])
    if given:
        length = len(join(pairs[2:]).encode("latin-1")) + int(given[1])
        pairs[1] = ("9", str(length))
    data = join(pairs).encode("latin-1")
    end = f"{checksum(data):03d}" if trailer is None else trailer[1]
    return data + f"10={end}\x01".encode("latin-1")


def take_message(buffer):
    """The first whole message of a bytearray, removed from it; None when there is none yet."""
    start = re.match(rb"8=([^\x01]*)\x019=(\d{1,6})\x01", buffer)
    if not start:
        if len(buffer) > 40 or (buffer and not b"8=FIX".startswith(buffer[:5])):
            raise Broken(f"does not begin as a FIX message: {show(bytes(buffer[:80]))}")
        return None
    end = start.end() + int(start[2])
    if end > MESSAGE_BYTES_MAX:
        raise Broken(f"BodyLength {int(start[2])}")
    if len(buffer) < end + 7:
        return None
    message = bytes(buffer[:end + 7])
    del buffer[:end + 7]
    if message[end - 1:end] != SOH or message[end:] != b"10=%03d\x01" % checksum(message[:end]):
        raise Broken(f"BodyLength or CheckSum is wrong: {show(message)}")
    return message
