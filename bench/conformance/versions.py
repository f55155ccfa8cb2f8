"""The versions of FIX, on their own: what a scenario need not say about each.

A scenario says of a message what is the same in all versions; what it says of a Reject, of a Logon
and of the time of an order is put here as each version has it (FIX 4.0 to 4.4, volumes 2 and 3;
FIXT 1.1).
"""

REJECT, LOGON, BUSINESS_REJECT = "3", "A", "j"
# The reasons of SessionRejectReason(373) that FIX 4.2 has.
REASON_42_MAX = 11


class Version:
    def __init__(self, name, appl_ver_id=None):
        self.name, self.appl_ver_id = name, appl_ver_id
        self.begin_string = "FIXT.1.1" if appl_ver_id else f"FIX.{name[0]}.{name[1]}"
        self.has_fractions = self.has_reject_refs = self.has_order_time = name >= "42"
        # EndSeqNo(16) that means all there is.
        self.open_end = "0" if name >= "42" else "999999"
        # A BeginString that is of FIX, and another one.
        self.other = "FIX.4.2" if name == "41" else "FIX.4.1"

    def orders(self, text):
        """Orders have no TransactTime(60) before 4.2: left out where it is the usual one."""
        return text if self.has_order_time else text.replace("|60=<stamp>", "")

    def reject(self, pairs):
        """A Reject's body, said as in FIX 4.4, as this version has it."""
        body = dict(pairs)
        if not self.has_reject_refs:
            tag = f" ({body['371']})" if "371" in body else ""
            return [(each, value + tag if each == "58" else value) for each, value in pairs
                    if each not in ("371", "372", "373")]
        if self.name == "42" and int(body.get("373", 0)) > REASON_42_MAX:
            return [pair for pair in pairs if pair[0] != "373"]
        return pairs

    def with_appl_ver_id(self, kind, pairs):
        """What FIXT adds behind the body of a Logon; QuickFIX, and who does as it does, also to a
        BusinessMessageReject."""
        if not self.appl_ver_id or kind not in (LOGON, BUSINESS_REJECT):
            return pairs
        trailer = [pair for pair in pairs if pair[0] == "10"]
        return [pair for pair in pairs if pair[0] != "10"] + [("1137", self.appl_ver_id)] + trailer


ALL = [*map(Version, ("40", "41", "42", "43", "44")),
       Version("50", "7"), Version("50SP1", "8"), Version("50SP2", "9")]
BY_NAME = {version.name: version for version in ALL}
# The one that is played in every way.
MAIN = BY_NAME["44"]


def named(text):
    """Those of `42-`, `-41`, `43-44`, `40,42,50-`. Raises KeyError."""
    chosen = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        low = ALL.index(BY_NAME[first]) if first else 0
        high = ALL.index(BY_NAME[last]) if last else len(ALL) - 1
        chosen += ALL[low:(high if dash else low) + 1]
    return chosen
