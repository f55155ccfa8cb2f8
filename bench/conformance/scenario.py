"""Scenario files: what they look like, and their steps.

A file is a talk with our FIX session, line by line: what its peer sends (`>`), and what must come
back (`<`). One that is whole:

    rule: 2c a number seen before, not said to be a duplicate: Logout, then the end
    connect
    logon
    > 0|34=2
    > 0|34=3
    > 0|34=2
    < 5|34=2|58=MsgSeqNum too low, expecting 4 but received 2
    closed

What is sent goes out as a whole FIX message; what comes must be as written, field for field, and
nothing else may come. The application behind the session sends orders back as they are
(acceptor_echo.h). To add one: write NAME.scn into more/ (those in fix44/ have the names of the
public definitions and are judged by QuickFIX, too), then `run_scenarios.py ACCEPTOR --only NAME`.

`#` begins a comment line. First come settings, one a line:

    rule: 2b MsgSeqNum too high     what the scenario is about, with the case letter
    profile: at                     whom it talks to (acceptor_profile.c); `at` if not said
    modes: whole split joined       how bytes are cut; all three if not said
    numbers: kept                   over a new connection; else both sides begin at 1 again

Then steps. A connection is called `a` unless the step begins with another letter and a blank.

    connect [hasty|small]   a TCP connection: to the door with little patience; with a small window
    accept                  the other side dials, and is let in
    logon [FIELDS]          sends a Logon and expects the plain answer
    logout                  sends a Logout, expects the plain answer and the end
    ping                    sends a TestRequest and expects its answer: nothing else is on its way
    > TYPE|FIELDS           sends a message, completed
    > 8=...                 sends these fields as they are; 9 and 10 are worked out if not there
    raw BYTES               sends these bytes, `|` standing for SOH, and nothing else
    < TYPE|FIELDS           the next message must be this one, field for field
    closed                  the other side ends the connection, and has said nothing more
    finish, reset           we end it: with FIN, with RST
    deaf, listen            we stop reading from the socket; go on
    later SECONDS, HH:MM    the session's clock moves ahead, by as much or to the next such time of
                            day (UTC); what went before has been answered
    app WORDS               the other side's application (acceptor_control.h, without the world)
    state NAME=VALUE...     its counters say so, soon
    repeat COUNT ... end    steps several times over; <i> is the round, from 0. COUNT may be
                            COUNT/SPLIT, SPLIT being the count where bytes go one by one

Completed means: 8, 9 and 10 around it, and 34, 49, 52 and 56 behind 35 unless the text has them or
leaves one out as `-52`. Without 34 a message has the number after the last. An expected message has
its header fields put in order and 34, 49, 52 and 56 added. Times 52 and 122 only have to look like
a time, but a resent message's 122 must be the very 52 it had before. `*` stands for any value.

Placeholders: <now>, <now-121s>, <now0> (in seconds), <stamp> (one moment for the whole scenario),
<me>, <you>, <fill100> (as many letters), <i>, <i+5>, and in 9= <length+30>.
"""

import pathlib
import re

MODES = ["whole", "split", "joined"]
SETTING = re.compile(r"(rule|profile|modes|numbers): (\S.*)")
STEP = re.compile(r"(?:([a-z]) )?(connect|accept|logon|logout|ping|>|raw|<|closed|finish|reset|"
                  r"deaf|listen|later|app|state|repeat|end)(?: (.*))?")


class BadScenario(Exception):
    pass


class Step:
    def __init__(self, line, name, verb, text):
        self.line, self.name, self.verb, self.text = line, name, verb, text
        self.steps = []  # of a repeat

    def __str__(self):
        prefix = "" if self.name == "a" else self.name + " "
        return f"line {self.line}: {prefix}{self.verb} {self.text}".rstrip()


class Scenario:
    def __init__(self, name, settings, steps):
        self.name, self.steps = name, steps
        self.rule = settings.get("rule", "")
        self.profile = settings.get("profile", "at")
        self.modes = settings.get("modes", " ".join(MODES)).split()
        self.keeps_numbers = settings.get("numbers") == "kept"
        self.defined = False  # the public definitions have it
        if not self.rule or not steps or not set(self.modes) <= set(MODES):
            raise BadScenario(f"{name}: without a rule, without steps, or in a strange mode")


def parse_step(name, number, line):
    match = STEP.fullmatch(line)
    if not match:
        raise BadScenario(f"{name}:{number}: {line}")
    return Step(number, match[1] or "a", match[2], match[3] or "")


def parse(name, text):
    settings, steps, outer = {}, [], []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.rstrip()
        setting = SETTING.fullmatch(line)
        if not line or line.startswith("#"):
            continue
        if setting and not steps:
            settings[setting[1]] = setting[2]
            continue
        step = parse_step(name, number, line)
        if step.verb == "end":
            if not outer:
                raise BadScenario(f"{name}:{number}: an end of nothing")
            steps = outer.pop()
            continue
        steps.append(step)
        if step.verb == "repeat":
            outer.append(steps)
            steps = step.steps
    if outer:
        raise BadScenario(f"{name}: a repeat without its end")
    return Scenario(name, settings, steps)


def load(folder):
    """All scenarios of a folder, in the order of their names. Those in fix44/ are named after the
    public definitions."""
    loaded = [parse(path.stem, path.read_text(encoding="ascii"))
              for path in sorted(pathlib.Path(folder).glob("*.scn"))]
    for each in loaded:
        each.defined = pathlib.Path(folder).name == "fix44"
    return loaded
