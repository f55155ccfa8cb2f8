"""QuickFIX's own acceptor as the judge of the scenarios that carry its definitions' names: what it
does not pass expects the wrong thing.

QuickFIX comes without its dictionaries; this one has of FIX 4.4 (volumes 1, 2, 3, 4 and 6) what
those scenarios say.
"""

import pathlib
import socket
import tempfile
from xml.sax.saxutils import quoteattr

# tag: name, type, values
FIELDS = """
6 AvgPx PRICE|7 BeginSeqNo SEQNUM|8 BeginString STRING|9 BodyLength LENGTH|10 CheckSum STRING
11 ClOrdID STRING|14 CumQty QTY|16 EndSeqNo SEQNUM|17 ExecID STRING|21 HandlInst CHAR 1 2 3
22 SecurityIDSource STRING 1 2 3 4 5 6 7 8 9|34 MsgSeqNum SEQNUM|35 MsgType STRING
36 NewSeqNo SEQNUM|37 OrderID STRING|38 OrderQty QTY|39 OrdStatus CHAR 0 1 2 4 8
40 OrdType CHAR 1 2 3 4|43 PossDupFlag BOOLEAN|44 Price PRICE|45 RefSeqNum SEQNUM
49 SenderCompID STRING|50 SenderSubID STRING|52 SendingTime UTCTIMESTAMP|54 Side CHAR 1 2
55 Symbol STRING|56 TargetCompID STRING|57 TargetSubID STRING|58 Text STRING
60 TransactTime UTCTIMESTAMP|97 PossResend BOOLEAN|98 EncryptMethod INT 0 1 2 3 4 5 6
108 HeartBtInt INT|112 TestReqID STRING|115 OnBehalfOfCompID STRING|116 OnBehalfOfSubID STRING
122 OrigSendingTime UTCTIMESTAMP|123 GapFillFlag BOOLEAN|126 ExpireTime UTCTIMESTAMP
128 DeliverToCompID STRING|129 DeliverToSubID STRING|141 ResetSeqNumFlag BOOLEAN
144 OnBehalfOfLocationID STRING|145 DeliverToLocationID STRING|150 ExecType CHAR 0 4 8 F
151 LeavesQty QTY|167 SecurityType STRING CS FUT OPT|320 SecurityReqID STRING
322 SecurityResponseID STRING|323 SecurityResponseType INT 1 2 3 4 5 6
336 TradingSessionID STRING|371 RefTagID INT|372 RefMsgType STRING|373 SessionRejectReason INT
379 BusinessRejectRefID STRING|380 BusinessRejectReason INT|386 NoTradingSessions NUMINGROUP
454 NoSecurityAltID NUMINGROUP|455 SecurityAltID STRING|456 SecurityAltIDSource STRING
"""
# `*`: required; 386(336): a group of these.
HEADER = "8* 9* 35* 49* 56* 34* 52* 43 50 57 97 115 116 122 128 129 144 145"
TRAILER = "10*"
MESSAGES = """
Heartbeat 0 admin 112
TestRequest 1 admin 112*
ResendRequest 2 admin 7* 16*
Reject 3 admin 45* 371 372 373 58
SequenceReset 4 admin 123 36*
Logout 5 admin 58
Logon A admin 98* 108* 141
NewOrderSingle D app 11* 21 38 40* 44 54* 55 58 60* 126 167 386(336)
SecurityDefinition d app 320* 322* 323* 22 55 58 167 336 454(455,456)
ExecutionReport 8 app 37* 17* 150* 39* 54* 151* 14* 6* 11 55
BusinessMessageReject j app 45 372* 379 380* 58
"""


def name_of(tag):
    for entry in FIELDS.replace("\n", "|").split("|"):
        if entry.split(" ")[0] == tag:
            return entry.split(" ")[1]
    raise KeyError(tag)


def member(word):
    required = "Y" if word.endswith("*") else "N"
    tag, _, group = word.rstrip("*)").partition("(")
    kind = "group" if group else "field"
    inner = "".join(member(each) for each in group.split(",") if each)
    return f"<{kind} name={quoteattr(name_of(tag))} required='{required}'>{inner}</{kind}>"


def members(words):
    return "".join(map(member, words))


def field(entry):
    tag, name, kind, *values = entry.split(" ")
    inner = "".join(f"<value enum='{value}' description='V{value}'/>" for value in values)
    return f"<field number='{tag}' name='{name}' type='{kind}'>{inner}</field>"


def dictionary():
    messages = ""
    for line in MESSAGES.strip().split("\n"):
        name, kind, category, *words = line.split(" ")
        messages += (f"<message name='{name}' msgtype='{kind}' msgcat='{category}'>"
                     f"{members(words)}</message>")
    fields = "".join(map(field, FIELDS.strip().replace("\n", "|").split("|")))
    return (f"<fix major='4' minor='4'><header>{members(HEADER.split())}</header>"
            f"<trailer>{members(TRAILER.split())}</trailer><messages>{messages}</messages>"
            f"<components/><fields>{fields}</fields></fix>")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def command(program, runs, folder):
    """What to start, for the worlds of these runs."""
    path = pathlib.Path(folder) / "fix44.xml"
    path.write_text(dictionary(), encoding="ascii")
    worlds = [f"{run.scenario.profile}.{run.number}" for run in runs]
    return [program, str(free_port()), str(path), *worlds]


def folder():
    return tempfile.TemporaryDirectory(prefix="tercel-referee-")
