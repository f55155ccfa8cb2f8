#!/usr/bin/env python3
"""Compiles the text of this folder into the dictionaries of all FIX versions, as constant C.

usage: fix_tables.py OUT.c FILE...

The text states every fact once, over all versions. A version is written 40 41 42 43 44 50 51 52:
51 is 5.0 SP1, 52 is 5.0 SP2. A range of them follows an at-sign: @43 since 4.3, @-42 until 4.2,
@41-43 both, @=43 only. A statement begins in the first column, and its following lines are
indented; what stands behind a # is a remark.

    version 42 fix42                    a dictionary, and its name in C
    era 42 212-219 223                  tags that the version is the first to have
    types 42 V W                        MsgTypes that the version is the first to have
    values OldTypes CS FOR              values by a name

    54 Side CHAR 1-6 7-9@41 A@43        a field: tag, name, type, values; none: any value
    32 LastShares@-42,LastQty QTY       a name, or a type, that changed; lists use the last one
    76 ExecBroker@-42 STRING            in no message after 4.2

    component Instrument                fields that stand together wherever they are
    group Parties NoPartyIDs            a repeating group: the first field begins every entry
    header, trailer
    message D NewOrderSingle
        ClOrdID! HandlInst!-42          required always; required until 4.2, else allowed
        <Instrument>! [Parties]         a component; a group, by its name: its count, its entries
        IOIID@-43                       in this list for these versions only

What is listed is there when the field itself is. A component's required fields are required where
the component is. A value may be =Side or =OldTypes: that field's values, or those of the name.
FIXT.1.1's messages and header are those of 5.0, so that a session's dictionary is one.
"""

import pathlib
import re
import sys
from typing import NamedTuple

VERSIONS = [40, 41, 42, 43, 44, 50, 51, 52]
EXTRA_TAGS_MAX = 64
SLOTS_MAX = 1728
GROUPS_MAX = 200
MEMBERS_MAX = 256
SESSION = "0 1 2 3 4 5 A".split()


class Fault(Exception):
    """The text says what cannot be."""


def need(holds, what):
    if not holds:
        raise Fault(what)


def bounds(text):
    """The versions a range names: '43', '-42', '41-43', '=43'."""
    if text is None:
        return set(VERSIONS)
    if text.startswith("="):
        first = last = text[1:]
    else:
        first, dash, last = text.partition("-")
        last = last or ("" if dash else str(VERSIONS[-1]))
    named = {int(end) for end in (first, last) if end}
    need(named <= set(VERSIONS), f"{text}: no such version")
    return {v for v in VERSIONS if int(first or 0) <= v <= int(last or 99)}


def marked(text):
    """'LastShares@-42' -> ('LastShares', its versions)."""
    name, at, versions = text.partition("@")
    return name, bounds(versions if at else None)


def spread(words):
    """'1-3 7 A-C' -> single values."""
    for word in words:
        ends = re.fullmatch(r"(\d+)-(\d+)|([0-9A-Za-z])-([0-9A-Za-z])", word)
        if ends is None:
            yield word
        elif ends[1] is not None:
            yield from (str(n) for n in range(int(ends[1]), int(ends[2]) + 1))
        else:
            yield from (chr(c) for c in range(ord(ends[3]), ord(ends[4]) + 1))


class Variants:
    """Alternatives of a name or a type: the first that a version is in holds."""

    def __init__(self, text):
        self.all = [marked(part) for part in text.split(",")]

    def of(self, version):
        return next((what for what, versions in self.all if version in versions), None)

    @property
    def last(self):
        return self.all[-1][0]


class Field(NamedTuple):
    tag: int
    names: Variants
    types: Variants
    values: list


class Item(NamedTuple):
    kind: str  # "field", "component", "group"
    name: str
    versions: set
    required: set  # versions


class Rules(NamedTuple):
    """One version's view of a message."""

    kind: str
    name: str
    places: dict  # tag -> C expression
    required: list
    groups: list


ITEM = re.compile(r"([<\[]?)(\w+)[>\]]?(!([=\d-]*))?(?:@([=\d-]+))?")


def items_of(words):
    kinds = {"": "field", "<": "component", "[": "group"}
    for word in words:
        match = ITEM.fullmatch(word)
        need(match, f"{word}: not an item of a list")
        opening, name, mark, required, versions = match.groups()
        yield Item(kinds[opening], name, bounds(versions),
                   bounds(required or None) if mark else set())


class Text:
    """Everything the files say."""

    def __init__(self, paths):
        self.versions, self.eras, self.kinds = {}, {}, {}
        self.fields, self.tag_of, self.value_lists = {}, {}, {}
        self.components, self.groups, self.messages = {}, {}, {}
        self.header = self.trailer = None
        for path in paths:
            for statement in self.statements(path):
                try:
                    self.take(statement.split())
                except (Fault, ValueError, IndexError) as fault:
                    raise Fault(f"{path}: {statement[:60]}: {fault}") from fault

    @staticmethod
    def statements(path):
        lines = [re.sub(r"(^|\s)#.*", "", line).rstrip()
                 for line in pathlib.Path(path).read_text().splitlines()]
        return re.sub(r"\n[ \n]+", " ", "\n".join(line for line in lines if line)).splitlines()

    def take(self, words):
        kind, *rest = words
        if kind.isdigit():
            self.take_field(int(kind), *rest)
        elif kind == "version":
            self.versions[int(rest[0])] = rest[1]
        elif kind == "era":
            for tag in spread(rest[1:]):
                need(int(tag) not in self.eras, f"{tag} twice")
                self.eras[int(tag)] = int(rest[0])
        elif kind == "types":
            self.kinds.update(dict.fromkeys(spread(rest[1:]), int(rest[0])))
        elif kind in ("header", "trailer"):
            setattr(self, kind, list(items_of(rest)))
        else:
            self.take_list(kind, rest)

    def take_field(self, tag, names, types, *values):
        field = Field(tag, Variants(names), Variants(types), [marked(v) for v in values])
        need(tag in self.eras, "in no era")
        need(tag not in self.fields and field.names.last not in self.tag_of, "twice")
        self.fields[tag] = field
        self.tag_of[field.names.last] = tag

    def take_list(self, kind, rest):
        if kind == "values":
            self.value_lists[rest[0]] = rest[1:]
        elif kind == "component":
            self.components[rest[0]] = list(items_of(rest[1:]))
        elif kind == "group":
            self.groups[rest[0]] = (rest[1], list(items_of(rest[2:])))
        elif kind == "message":
            name, versions = marked(rest[1])
            need(rest[0] in self.kinds, "no version has the MsgType")
            self.messages[rest[0]] = (name, versions, list(items_of(rest[2:])))
        else:
            raise Fault("no such statement")

    def has(self, tag, version):
        return self.eras[tag] <= version and self.fields[tag].names.of(version) is not None

    def values(self, tag, version, asked=()):
        """The values of a field in a version, in the order of the text; empty: any."""
        found = []
        for value, versions in self.fields[tag].values:
            if version not in versions:
                continue
            if value[1:] in self.value_lists:
                found += self.value_lists[value[1:]]
            elif value.startswith("="):
                need(tag not in asked and value[1:] in self.tag_of, f"{tag}: {value}")
                found += self.values(self.tag_of[value[1:]], version, (*asked, tag))
            else:
                found += spread([value])
        return list(dict.fromkeys(found))


class Dictionary:
    """One version: the messages it has, flattened."""

    def __init__(self, text, version, kinds):
        self.text = text
        self.version = version
        self.groups = []  # (name, in the header) in the order of their indices
        self.messages = [self.message(kind) for kind in kinds]
        need(len(self.groups) <= GROUPS_MAX, "too many groups")

    def members(self, items, must=False, inside=()):
        """(tag, group or None, required) of a list, components flattened."""
        for item in items:
            if self.version not in item.versions:
                continue
            needed = must and self.version in item.required
            if item.kind == "component":
                need(item.name in self.text.components and item.name not in inside,
                     f"<{item.name}>")
                yield from self.members(self.text.components[item.name], needed,
                                        (*inside, item.name))
                continue
            group = item.name if item.kind == "group" else None
            need(group is None or group in self.text.groups, f"[{group}]")
            name = self.text.groups[group][0] if group else item.name
            need(name in self.text.tag_of, f"{name} is no field")
            tag = self.text.tag_of[name]
            if self.text.has(tag, self.version):
                yield tag, group, needed

    def group_index(self, name, in_header):
        if (name, in_header) not in self.groups:
            self.groups.append((name, in_header))
        return self.groups.index((name, in_header))

    def message(self, kind):
        name, _, items = self.text.messages[kind]
        rules = Rules(kind, name, {}, [], [])
        self.place(rules, self.text.header, "FIX_PLACE_HEADER", True)
        header = sorted(rules.required)
        rules.required.clear()
        self.place(rules, items, "FIX_PLACE_BODY", False)
        self.place(rules, self.text.trailer, "FIX_PLACE_TRAILER", False)
        rules.required[:] = header + sorted(rules.required)
        return rules

    def place(self, rules, items, place, in_header):
        for tag, group, needed in self.members(items, must=True):
            need(tag not in rules.places,
                 f"{self.version}: {rules.kind} has {tag} in two places")
            rules.places[tag] = place
            if needed:
                rules.required.append(tag)
            if group:
                index = self.group_index(group, in_header)
                rules.groups.append(index)
                self.place(rules, self.text.groups[group][1], f"FIX_PLACE_GROUP + {index}",
                           in_header)

    def placed(self):
        return sorted({tag for rules in self.messages for tag in rules.places})


def letters(values):
    return all(len(value) == 1 and "0" <= value <= "o" for value in values)


def numbers(values):
    return all(value.isdigit() and (int(value) < 63 or value == "99") for value in values)


class Writer:
    """C, every array once."""

    def __init__(self, text):
        self.text = text
        self.lines = ['#include <stddef.h>', '', '#include "core/fix/fix_dictionary_table.h"', '']
        self.names = {}

    def array(self, kind, name, body, size=""):
        """The name of a constant array, one for all that are the same."""
        key = (kind, size, body)
        if key not in self.names:
            self.names[key] = f"{name}_{len(self.names)}"
            self.lines.append(f"static const {kind}{self.names[key]}[{size}] = {{{body}}};")
        return self.names[key]

    def rule(self, tag, version):
        field = self.text.fields[tag]
        kind = field.types.of(version)
        need(kind is not None, f"{tag} has no type in {version}")
        if kind == "CHAR" and version < 42:
            kind = "STRING"
        values = self.text.values(tag, version)
        if not values:
            return f"{{.type = FIX_TYPE_{kind}}}"
        if letters(values) and kind != "INT":
            bits, how = sum({1 << ord(value) - ord("0") for value in values}), "LETTERS"
        elif numbers(values):
            bits, how = sum({1 << min(int(value), 63) for value in values}), "NUMBERS"
        else:
            words = " ".join(values)
            return f'{{.words = "{words}", .type = FIX_TYPE_{kind}, .values = FIX_VALUES_WORDS}}'
        return f"{{.set = {bits:#x}, .type = FIX_TYPE_{kind}, .values = FIX_VALUES_{how}}}"

    def group_rules(self, dictionary):
        rules = []
        for name, in_header in dictionary.groups:
            count, items = self.text.groups[name]
            members = [tag for tag, _, _ in dictionary.members(items)]
            need(0 < len(members) < MEMBERS_MAX, f"[{name}] has {len(members)} members")
            listed = self.array("uint16_t ", "members", ", ".join(map(str, [*members, 0])))
            rules.append(f"{{.count = {self.text.tag_of[count]}, "
                         f".in_header = {str(in_header).lower()}, .members = {listed}}}")
        return self.array("struct fix_group_rule ", "groups", ", ".join(rules))

    def message_rule(self, rules, slots):
        places = self.array("uint8_t ", "places", ", ".join(
            f"[{tag}] = {place}" for tag, place in sorted(rules.places.items())), slots)
        required = self.array("uint16_t ", "required", ", ".join(
            map(str, [*rules.required, 0])))
        groups = self.array("uint8_t ", "own", ", ".join(
            map(str, [*rules.groups, "FIX_NO_GROUP"])))
        return (f'{{.type = "{rules.kind}", .name = "{rules.name}", .places = {places}, '
                f".required = {required}, .groups = {groups}}}")

    def dictionary(self, name, dictionary, slots, known):
        """`known`: the tags that the version has, in whatever message."""
        version = dictionary.version
        placed = dictionary.placed()
        fields = self.array("struct fix_field_rule ", "fields", ", ".join(
            f"[{tag}] = {self.rule(tag, version)}" for tag in placed), slots)
        names = self.array("char *const ", "names", ", ".join(
            f'[{tag}] = "{self.text.fields[tag].names.of(version)}"' for tag in placed), slots)
        groups = self.group_rules(dictionary)
        messages = self.array("struct fix_message_rule ", "messages", ",\n".join(
            self.message_rule(rules, slots) for rules in dictionary.messages))
        undefined = self.array("uint16_t ", "undefined", ", ".join(
            map(str, [tag for tag in range(1, max(known, default=0)) if tag not in known] + [0])))
        here = {rules.kind for rules in dictionary.messages}
        others = [kind for kind, era in self.text.kinds.items()
                  if era <= version and kind not in here]
        of = ", ".join(f"['{rules.kind}'] = {index + 1}" for index, rules
                       in enumerate(dictionary.messages) if len(rules.kind) == 1)
        self.lines.append(
            f"const struct fix_dictionary {name}_dictionary = {{"
            f".fields = {fields}, .names = {names}, .groups = {groups}, "
            f".messages = {messages}, .group_count = {len(dictionary.groups)}, "
            f".message_count = {len(dictionary.messages)}, .undefined = {undefined}, "
            f'.other_types = "{" ".join(others)}", .last_tag = {max(known, default=0)}, '
            f".direct_tags = {slots}, .message_of = {{{of}}}}};")


def compiled(text):
    writer = Writer(text)
    for version, name in text.versions.items():
        family = [v for v in text.versions if (v >= 50) == (version >= 50)]
        newest = max(family) if version >= 50 else version
        slots = 1 + max(tag for tag, era in text.eras.items() if era <= newest)
        need(slots + EXTRA_TAGS_MAX <= SLOTS_MAX, "FIX_SLOTS_MAX is too small")
        kinds = [kind for kind, (_, versions, _) in text.messages.items()
                 if version in versions and text.kinds[kind] <= version]
        # The MsgTypes of one character first: message_of finds them.
        kinds.sort(key=lambda kind: (len(kind), kind))
        known = [tag for tag, era in text.eras.items() if era <= version]
        writer.dictionary(name, Dictionary(text, version, kinds), slots, known)
        if version == VERSIONS[-1]:
            session = [kind for kind in kinds if kind in SESSION]
            # The session layer knows no tag but its own.
            writer.dictionary("fixt11", Dictionary(text, version, session), slots, [])
    return "\n".join(writer.lines) + "\n"


def main():
    out, *paths = sys.argv[1:]
    try:
        pathlib.Path(out).write_text(compiled(Text(paths)))
    except Fault as fault:
        sys.exit(f"fix_tables.py: {fault}")


if __name__ == "__main__":
    main()
