"""QuickFIX's own acceptor as the judge of the scenarios that carry its definitions' names: what it
does not pass expects the wrong thing.

QuickFIX comes without its dictionaries; these have of FIX 4.0 to 4.4 (volumes 1, 2, 3, 4 and 6),
5.0 and its service packs, and FIXT 1.1, what those scenarios say.
"""

import contextlib
import pathlib
import re
import socket
import tempfile
from xml.sax.saxutils import quoteattr

import versions

# tag name type values; behind a word: the versions that have it.
FIELDS = """
6 AvgPx PRICE|7 BeginSeqNo SEQNUM|8 BeginString STRING|9 BodyLength LENGTH|10 CheckSum STRING
11 ClOrdID STRING|14 CumQty QTY|16 EndSeqNo SEQNUM|17 ExecID STRING|20 ExecTransType CHAR 0 1 2 3
21 HandlInst CHAR 1 2 3|22 SecurityIDSource STRING 1 2 3 4 5 6 7 8 9|31 LastPx PRICE
32 LastQty QTY|34 MsgSeqNum SEQNUM|35 MsgType STRING|36 NewSeqNo SEQNUM|37 OrderID STRING
38 OrderQty QTY|39 OrdStatus CHAR 0 1 2 4 8|40 OrdType CHAR 1 2 3 4|43 PossDupFlag BOOLEAN
44 Price PRICE|45 RefSeqNum SEQNUM|49 SenderCompID STRING|50 SenderSubID STRING
52 SendingTime UTCTIMESTAMP|54 Side CHAR 1 2|55 Symbol STRING|56 TargetCompID STRING
57 TargetSubID STRING|58 Text STRING|60 TransactTime UTCTIMESTAMP|97 PossResend BOOLEAN
98 EncryptMethod INT 0 1 2 3 4 5 6|108 HeartBtInt INT|112 TestReqID STRING
115 OnBehalfOfCompID STRING|116 OnBehalfOfSubID STRING|122 OrigSendingTime UTCTIMESTAMP
123 GapFillFlag BOOLEAN|126 ExpireTime UTCTIMESTAMP|128 DeliverToCompID STRING
129 DeliverToSubID STRING|141@41- ResetSeqNumFlag BOOLEAN|144@41- OnBehalfOfLocationID STRING
145@41- DeliverToLocationID STRING|146@42- NoRelatedSym NUMINGROUP|150@41- ExecType CHAR 0 4 8 F
151@41- LeavesQty QTY|167@41- SecurityType STRING CS FUT OPT|320@42- SecurityReqID STRING
322@42- SecurityResponseID STRING|323@42- SecurityResponseType INT 1 2 3 4 5 6
336@42- TradingSessionID STRING|371@42- RefTagID INT|372@42- RefMsgType STRING
373@42- SessionRejectReason INT|379@42- BusinessRejectRefID STRING
380@42- BusinessRejectReason INT|386@42- NoTradingSessions NUMINGROUP|393@42- TotalNumSecurities INT
454@43- NoSecurityAltID NUMINGROUP|455@43- SecurityAltID STRING
456@43- SecurityAltIDSource STRING|1128@50- ApplVerID STRING|1137@50- DefaultApplVerID STRING
"""
# `*`: required; 386(336): a group of these.
HEADER = "8* 9* 35* 49* 56* 34* 52* 43 50 57 97 115 116 122 128 129 144@41- 145@41- 1128@50-"
TRAILER = "10*"
ADMIN_MESSAGES = """
Heartbeat 0 112
TestRequest 1 112*
ResendRequest 2 7* 16*
Reject 3 45* 371@42- 372@42- 373@42- 58
SequenceReset 4 123 36*
Logout 5 58
Logon A 98* 108* 141@41- 1137@50-*
"""
MESSAGES = """
NewOrderSingle D 11* 21@-43* 21@44- 38@40* 38@41- 40* 44 54* 55@-42* 55@43- 58 60@42-* 126 167@41- \
386(336)@42-
SecurityDefinition@42- d 320* 322* 323* 22 55 58 167 336@-50 146(55)@42 393@42* 454(455,456)@43-
ExecutionReport 8 37* 17* 20@-42* 150@41-* 31 32 38 39* 54* 151@41-* 14* 6* 11 55
BusinessMessageReject@42- j 45 372* 379 380* 58 1137@50-
"""
WORD = re.compile(r"([^@*(]+)(?:\(([^)]*)\))?(?:@([^*]+))?(\*?)")
# The dictionary of the session messages of FIXT 1.1; otherwise those of a version are in its own.
TRANSPORT = "FIXT11"


class Words:
    """The tables above, as one version has them."""

    def __init__(self, version):
        self.version = version

    def take(self, word):
        """What it says, its members, and whether it is required; None if it is not for us."""
        what, inner, wanted, star = WORD.fullmatch(word).groups()
        if self.version not in versions.named(wanted or "-"):
            return None
        return what, (inner or "").split(",") if inner else [], bool(star)

    def fields(self):
        for entry in FIELDS.strip().replace("\n", "|").split("|"):
            tag, *rest = entry.split(" ")
            if self.take(tag):
                yield self.take(tag)[0], *rest

    def name_of(self, tag):
        return next(name for each, name, *_ in self.fields() if each == tag)

    def member(self, word):
        taken = self.take(word)
        if not taken:
            return ""
        tag, inner, required = taken
        kind = "group" if inner else "field"
        return (f"<{kind} name={quoteattr(self.name_of(tag))} required='{'NY'[required]}'>"
                f"{self.members(inner)}</{kind}>")

    def members(self, words):
        return "".join(map(self.member, words))

    def messages(self, table, category):
        text = ""
        for line in table.replace("\\\n", "").strip().split("\n"):
            name, kind, *words = line.split()
            if self.take(name):
                text += (f"<message name='{self.take(name)[0]}' msgtype='{kind}' "
                         f"msgcat='{category}'>{self.members(words)}</message>")
        return text

    def session_tags(self):
        tables = f"{HEADER} {TRAILER} {ADMIN_MESSAGES}"
        return {self.take(word)[0] for word in tables.split() if self.take(word)}

    def field_list(self, tags):
        """Of those tags; None: of all."""
        text = ""
        for tag, name, kind, *values in self.fields():
            if tags is not None and tag not in tags:
                continue
            inner = "".join(f"<value enum='{value}' description='V{value}'/>" for value in values)
            text += f"<field number='{tag}' name='{name}' type='{kind}'>{inner}</field>"
        return text

    def dictionary(self, head, session, application):
        frame = (f"<header>{self.members(HEADER.split())}</header>"
                 f"<trailer>{self.members(TRAILER.split())}</trailer>" if session
                 else "<header/><trailer/>")
        messages = (self.messages(ADMIN_MESSAGES, "admin") if session else "") + \
                   (self.messages(MESSAGES, "app") if application else "")
        tags = None if application else self.session_tags()
        return (f"<fix {head}>{frame}<messages>{messages}</messages><components/>"
                f"<fields>{self.field_list(tags)}</fields></fix>")


def write_dictionaries(folder):
    """40.xml to 50SP2.xml, and FIXT11.xml."""
    for version in versions.ALL:
        words = Words(version)
        head = f"type='FIX' major='{version.name[0]}' minor='{version.name[1]}'"
        text = words.dictionary(head, not version.appl_ver_id, True)
        (folder / f"{version.name}.xml").write_text(text, encoding="ascii")
    text = Words(versions.ALL[-1]).dictionary("type='FIXT' major='1' minor='1'", True, False)
    (folder / f"{TRANSPORT}.xml").write_text(text, encoding="ascii")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def command(program, runs, folder):
    """What to start, for the worlds of these runs."""
    worlds = [f"{run.scenario.profile}.{run.scenario.version.name}.{run.number}" for run in runs]
    return [program, str(free_port()), str(folder), *worlds]


@contextlib.contextmanager
def dictionaries():
    """A folder that has them."""
    with tempfile.TemporaryDirectory(prefix="tercel-referee-") as name:
        write_dictionaries(pathlib.Path(name))
        yield name
