"""What a QuickFIX peer is given to do, and what it wrote down.

Its log has a line for each message, received (`< `) or sent (`> `), and each event (`# `).
"""

import re
import subprocess

from stage import ROOT

SYMBOL = "BTC-USD:64000:0.1:0.0001"
COMPLAINT = re.compile(r"invalid|rejected|missing|incorrect|required", re.IGNORECASE)


def make_orders(count, seed, *options):
    """A scenario of scripts/make_orders."""
    return subprocess.run([ROOT / "scripts/make_orders", "--orders", str(count),
                           "--seed", str(seed), "--venue", "KRAKEN", "--symbols", SYMBOL, *options],
                          stdout=subprocess.PIPE, text=True, check=True).stdout


def read_log(path):
    """Empty while nothing was written."""
    return path.read_text(errors="replace") if path.exists() else ""


def messages_in(log, mark):
    """The fields of each message received (<) or sent (>), in order."""
    return [dict(field.split("=", 1) for field in line[2:].strip("\x01").split("\x01"))
            for line in log.splitlines() if line.startswith(mark + " ")]


def check_dictionary(result, log):
    """QuickFIX has its dictionary and says in an event what does not agree with it."""
    events = [line for line in log.splitlines() if line.startswith("# ")
              and COMPLAINT.search(line)]
    result.check("no message that QuickFIX's dictionary minds", not events, "\n".join(events[:20]))
