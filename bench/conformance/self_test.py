"""Shows that the scenario player can fail: on scenarios that are wrong on purpose, and on good ones
with one expectation changed."""

import copy
import random

import scenario

# name: steps, and what the complaint must have in it.
WRONG = {
    "another value": ("connect\nlogon\n> 1|112=A\n< 0|112=B", "but came"),
    "a field more": ("connect\nlogon\n> 1|112=A\n< 0|112=A|58=x", "but came"),
    "a field less": ("connect\nlogon\n> 1|112=A\n< 0", "but came"),
    "another order": ("connect\nlogon\n> 0|34=5\n< 2|16=0|7=2", "but came"),
    "another type": ("connect\nlogon\n> 1|112=A\n< 1|112=A", "but came"),
    "another number": ("connect\nlogon\n> 1|112=A\n< 0|34=3|112=A", "but came"),
    "a message that never comes": ("connect\nlogon\n> 0\n< 0", "nothing came"),
    "a message too many": ("connect\nlogon\n> 1|112=A\nclosed", "in place of the end"),
    "unread at the end": ("connect\nlogon\n> 1|112=A\n> 1|112=B\nping", "but came"),
    "no end": ("connect\nlogon\nclosed", "nothing came"),
    "an end too early": ("connect\n> 0\n< 0", "the connection ended"),
    "a wrong counter": ("connect\nlogon\nping\nstate in=99", "it says"),
    "no such connection": ("connect\nlogon\nb ping", "no such connection"),
    "a control that does not exist": ("app dance", "no such verb"),
    "a clock that stands": ("connect\nlogon\nlater 20\n< 0", "nothing came"),
}
# What a step is waited for in vain for, so not for long.
PATIENCE_S = 1.0
IN_VAIN = ["nothing came", "it says"]


def hurry(playing, complaint):
    """Lets the player give up soon where it waits in vain. A slow machine changes no complaint: of
    a scenario that must say something certain only the last step is waited for like that."""
    if not complaint:
        playing.patience = PATIENCE_S
    if complaint in IN_VAIN:
        playing.last_patience = PATIENCE_S


def wrong_scenarios():
    for name, (text, complaint) in WRONG.items():
        yield scenario.parse(f"self test: {name}", f"rule: none\n{text}"), complaint


def expectations(steps):
    for step in steps:
        if step.verb == "<":
            yield step
        yield from expectations(step.steps)


def changed(original, chance):
    """A copy with one expected message changed a little; None if it expects none, or is long."""
    if original.profile == "deep" or original.modes != scenario.MODES:
        return None
    copied = copy.deepcopy(original)
    steps = list(expectations(copied.steps))
    if not steps:
        return None
    step = chance.choice(steps)
    fields = step.text.split("|")
    at = chance.randrange(len(fields))
    kind = chance.choice(["value", "left out", "added"])
    if kind == "value" or at == 0:
        fields[at] += "7"
    elif kind == "left out" and not fields[at].startswith(("34=", "52=", "122=")):
        del fields[at]
    else:
        fields.append("9999=1")
    step.text = "|".join(fields)
    copied.name = f"self test: {original.name} with a change"
    copied.rule = f"at {step}"
    return copied
