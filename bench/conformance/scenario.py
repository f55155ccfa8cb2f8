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
    versions: 42-                   of FIX: 40 41 42 43 44 50 50SP1 50SP2; all if not said. Also
                                    -43, 42-44, and several of these with commas between
    numbers: kept                   over a new connection; else both sides begin at 1 again

Then steps. A connection is called `a` unless the step begins with another letter and a blank. A
step that only some versions have begins with them: `@43- > ...`.

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
What versions.py knows of a version is not said: the 1137 of Logons, how a Reject tells its reason,
that `60=<stamp>` has no place in an order.

Placeholders: <now>, <now-121s>, <now0> (in seconds), <stamp> (one moment for the whole scenario),
<me>, <you>, <fill100> (as many letters), <i>, <i+5>, and in 9= <length+30>. Of the version: <begin>
(its BeginString), <other> (another one), <open> (the EndSeqNo that means to the end).
"""

import pathlib
import re

import versions

MODES = ["whole", "split", "joined"]
SETTING = re.compile(r"(rule|profile|modes|numbers|versions): (\S.*)")
STEP = re.compile(r"(?:@(\S+) )?(?:([a-z]) )?(connect|accept|logon|logout|ping|>|raw|<|closed|"
                  r"finish|reset|deaf|listen|later|app|state|repeat|end)(?: (.*))?")


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
    """In one version."""

    def __init__(self, name, settings, steps, version):
        self.name, self.steps, self.version = name, steps, version
        self.rule = settings.get("rule", "")
        self.profile = settings.get("profile", "at")
        self.modes = settings.get("modes", " ".join(MODES)).split()
        self.keeps_numbers = settings.get("numbers") == "kept"
        self.defined = False  # the public definitions have it
        if not self.rule or not steps or not set(self.modes) <= set(MODES):
            raise BadScenario(f"{name}: without a rule, without steps, or in a strange mode")
        if version is not versions.MAIN:
            # How bytes are cut has nothing to do with the version.
            self.modes = self.modes[:1]


def parse_step(name, number, line):
    """The step, and whom it is for."""
    match = STEP.fullmatch(line)
    if not match:
        raise BadScenario(f"{name}:{number}: {line}")
    return Step(number, match[2] or "a", match[3], match[4] or ""), versions_of(name, match[1])


def versions_of(name, text):
    try:
        return versions.named(text or "-")
    except KeyError:
        raise BadScenario(f"{name}: no versions: {text}") from None


def split_settings(text):
    """Settings, and the numbered lines behind them."""
    settings, lines = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.rstrip()
        setting = SETTING.fullmatch(line)
        if setting and not lines:
            settings[setting[1]] = setting[2]
        elif line and not line.startswith("#"):
            lines.append((number, line))
    return settings, lines


def parse_steps(name, lines, version):
    steps, outer = [], []
    for number, line in lines:
        step, wanted = parse_step(name, number, line)
        if version not in wanted:
            continue
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
    return steps


def parse(name, text, version=versions.MAIN):
    settings, lines = split_settings(text)
    return Scenario(name, settings, parse_steps(name, lines, version), version)


def load(folder):
    """All scenarios of a folder, in the order of their names, each in every version it is for.
    Those in fix44/ are named after the public definitions."""
    loaded = []
    for path in sorted(pathlib.Path(folder).glob("*.scn")):
        text = path.read_text(encoding="ascii")
        for version in versions_of(path.stem, split_settings(text)[0].get("versions")):
            loaded.append(parse(path.stem, text, version))
    for each in loaded:
        each.defined = pathlib.Path(folder).name == "fix44"
    return loaded
