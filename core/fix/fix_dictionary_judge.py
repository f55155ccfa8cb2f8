#!/usr/bin/env python3
"""Compares tercel's tables with dictionaries of other make, fact by fact.

usage: fix_dictionary_judge.py DUMP [--headers DIR] [--xml FILE] [--part FILE]

DUMP prints the tables of a version. DIR holds QuickFIX's C++ headers, which say of every version
what a message has, in which groups, and what its constructor needs; the types and values they know
are the last version's and those of all. FILE is a QuickFIX data dictionary of FIX 4.4: with --xml
all of it, with --part an excerpt. What is not at hand is not compared; at least one must be. Exits
1 when a difference is found that is not below.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree
from typing import NamedTuple

# Deliberate differences: (what, where) -> why. `where` is a tag, or (MsgType, tag).
SAME_AS_SPECIFIED = "the specification's type; QuickFIX's dictionary has another"
DIFFERENCES = {
    ("type", 139): "a CHAR with values of two digits: the errata make it a STRING",
    ("type", 532): "a CHAR that may be 99, which no CHAR can be",
    ("type", 534): "begins a group: NUMINGROUP",
    ("type", 604): "begins a group: NUMINGROUP; QuickFIX has STRING",
    ("type", 239): SAME_AS_SPECIFIED + ": STRING",
    ("type", 243): SAME_AS_SPECIFIED + ": STRING",
    ("type", 250): SAME_AS_SPECIFIED + ": STRING",
    ("type", 63): "CHAR in 4.4; a STRING since 5.0, which the headers have",
    ("type", 327): "CHAR in 4.4; an INT since 5.0 SP2, which the headers have",
    ("type", 587): "as SettlType(63), whose values it has",
    ("type", 1185): "XMLDATA is DATA that says what it is",
    ("type", 1474): "LANGUAGE: any word",
    ("type", 10): "a STRING of three digits: the framer has added it up before",
    ("values", 235): "VALUE1/32 is written VALUE1_32 by QuickFIX",
    ("values", 543): "a BIC or a country's code, not the words BIC and ISO",
    ("values", 803): "4000 and above are for each two to agree on",
    ("values", 847): "1000 and above are for each two to agree on",
    ("values", 233): "the headers miss MAXDNOM and PMIN",
    ("values", 35): "the message tables are the values",
    ("values", 276): "the headers have a blank behind the f",
    ("values", 373): "18 came with FIXT: an application version that is not supported",
}
# Fields whose values are another's, as the specification says; the headers leave them open.
DIFFERENCES |= {("values", tag): "as another field's" for tag in (
    1000, 1001, 1130, 1137, 1304, 1308, 1384, 1419, 1420, 1436, 1437, 1440, 1441, 1443, 1453, 1454)}
# What FIXT 1.1 got later than the headers have it.
FIXT_LATER = {925, 1156, *range(1400, 1410)}
FIXT_LATER_TOO = {("body", "3"): "1130 and 1131", ("body", "A"): "Text(58), and its data"}
# Those of one version.
DIFFERENCES_OF = {
    "fix40": {(what, message): "Text(58) is there as often as LinesOfText(33) says: a group"
              for message in "BC" for what in ("body", "groups", "required")},
    "fix43": {("members", ("y", (146,))): "NoLegs(555) last; message_order has it as it is here"},
    "fix50sp1": FIXT_LATER_TOO,
    "fix50sp2": FIXT_LATER_TOO,
}
NOT_COMPARED = {
    # No header has the groups of other ids in the other groups of 4.3, nor a report the currency.
    "fix43": {454, 604, 556},
    # In 4.4's Instrument and UnderlyingInstrument, deprecated: some dictionaries have them.
    "fix44": {201, 315},
    "fix50sp1": FIXT_LATER,
    "fix50sp2": FIXT_LATER,
}
BOOLEAN_VALUES = {"Y", "N"}


class Tables(NamedTuple):
    names: dict  # tag -> name
    types: dict  # tag -> type
    values: dict  # tag -> set of values; absent: any
    parts: dict  # (message, "header" ...) -> set of tags
    groups: dict  # (message, path of counts from the outermost) -> members in order
    required: dict  # message -> set of tags outside groups


def empty_tables():
    return Tables({}, {}, {}, {}, {}, {})


def dumped(program, version):
    tables, parents = empty_tables(), {}
    for line in subprocess.run([program, version], check=True, capture_output=True,
                               text=True).stdout.splitlines():
        kind, *words = line.split()
        if kind == "field":
            tag = int(words[0])
            tables.names[tag], tables.types[tag] = words[1:3]
            if words[3:]:
                tables.values[tag] = set(words[3:])
        elif kind == "place":
            tables.parts[words[0], words[1]] = {int(tag) for tag in words[2:]}
        elif kind == "group":
            parents[words[0], words[1]] = (words[2], [int(tag) for tag in words[3:]])
        elif kind == "required":
            tables.required.setdefault(words[0], set()).add(int(words[1]))
    for (message, count), (_, members) in parents.items():
        path = [int(count)]
        while (outer := parents[message, str(path[0])][0]).isdigit():
            path.insert(0, int(outer))
        tables.groups[message, tuple(path)] = members
    return tables


class XmlReader:
    """A QuickFIX data dictionary, components flattened."""

    def __init__(self, path):
        self.root = xml.etree.ElementTree.parse(path).getroot()
        self.tables = empty_tables()
        self.tag_of = {}
        self.components = {c.get("name"): c for c in self.root.iter("component") if len(c)}

    def read(self):
        for field in self.root.find("fields"):
            self.read_field(field)
        for part in ("header", "trailer"):
            self.tables.parts["*", part] = self.read_members("*", (), self.root.find(part), True)
        for message in self.root.find("messages"):
            kind = message.get("msgtype")
            self.tables.required.setdefault(kind, set())
            self.tables.parts[kind, "body"] = self.read_members(kind, (), message, True)
        return self.tables

    def read_field(self, field):
        tag = int(field.get("number"))
        self.tag_of[field.get("name")] = tag
        self.tables.names[tag] = field.get("name")
        self.tables.types[tag] = field.get("type")
        values = {value.get("enum") for value in field}
        if values:
            self.tables.values[tag] = values

    def read_members(self, message, path, parent, must):
        """The tags right in `parent`; notes what is required, and groups, on the way."""
        tags = []
        for item in parent:
            needed = must and item.get("required") == "Y"
            if item.tag == "component":
                tags += self.read_members(message, path, self.components[item.get("name")], needed)
                continue
            tag = self.tag_of[item.get("name")]
            tags.append(tag)
            if needed and not path:
                self.tables.required.setdefault(message, set()).add(tag)
            if item.tag == "group":
                inner = (*path, tag)
                members = self.read_members(message, inner, item, False)
                self.tables.groups[message, inner] = members
        return tags if path else set(tags)


class HeaderReader:
    """QuickFIX's generated C++ classes."""

    FIELD = re.compile(r"\s*FIELD_SET\(\*this, FIX::(\w+)\);")
    GROUP = re.compile(r"\s*class (\w+): public FIX::Group")
    FIRST = re.compile(r"FIX::Group\(\d+,(\d+),")

    def __init__(self, folder, version):
        self.folder = pathlib.Path(folder)
        self.version = version
        # From 5.0 on the session's messages are FIXT's.
        self.session = "fixt11" if version.startswith("fix50") else version
        self.tables = empty_tables()
        numbers = (self.folder / "FixFieldNumbers.h").read_text()
        self.tag_of = {name: int(tag) for name, tag in re.findall(r"int (\w+) = (\d+);", numbers)}

    def read(self):
        fields = (self.folder / "FixFields.h").read_text()
        older = {"CHECKSUM": "STRING", "MULTIPLECHARVALUE": "MULTIPLEVALUESTRING",
                 "MULTIPLESTRINGVALUE": "MULTIPLEVALUESTRING"}
        for kind, name in re.findall(r"DEFINE_(\w+)\((\w+)\)", fields):
            if name in self.tag_of:
                self.tables.types[self.tag_of[name]] = older.get(kind, kind)
        values = (self.folder / "FixValues.h").read_text()
        for name, value in re.findall(r"const \w+ ([A-Za-z0-9]+)_\w+(?:\[\])? = ['\"]?([^'\";]*)",
                                      values):
            if name in self.tag_of:
                self.tables.values.setdefault(self.tag_of[name], set()).add(value)
        text = (self.folder / self.session / "Message.h").read_text()
        for part in ("Header", "Trailer"):
            body = text[text.index(f"class {part} :"):].split("\n  };", 1)[0]
            self.tables.parts["*", part.lower()] = self.read_class("*", body)
        for folder in (self.version, self.session):
            for path in sorted((self.folder / folder).glob("*.h")):
                self.read_message(path.stem, path.read_text())
        return self.tables

    def read_message(self, name, text):
        kind = re.search(r'MsgType\("(\w+)"\)', text)
        if kind is None or kind.group(1) in self.tables.required:
            return
        message = kind.group(1)
        self.tables.parts[message, "body"] = self.read_class(message, text)
        constructor = re.search(rf"\n    {name}\(\n(.*?)\)\n", text, re.S)
        needs = re.findall(r"FIX::(\w+)&", constructor.group(1)) if constructor else []
        self.tables.required[message] = {self.tag_of[need] for need in needs}

    def read_class(self, message, text):
        """The message_order of a class leaves out groups of components; its FIELD_SETs do not."""
        tags, path = [], []
        for line in text.splitlines():
            members = self.tables.groups.setdefault((message, tuple(path)), []) if path else tags
            if found := self.GROUP.match(line):
                path.append(self.tag_of[found.group(1)])
            elif found := self.FIELD.match(line):
                members.append(self.tag_of[found.group(1)])
            elif found := self.FIRST.search(line):
                members.append(int(found.group(1)))
            elif re.match(r"\s*};", line) and path:
                if members[0] != members.pop(1):
                    raise ValueError(f"{message}: {path} does not begin with its first field")
                path.pop()
        return set(tags)


class Judge:
    def __init__(self, ours, judge_name, version="fix44"):
        self.ours = ours
        self.differences = DIFFERENCES | DIFFERENCES_OF.get(version, {})
        self.not_compared = NOT_COMPARED.get(version, set())
        self.judge_name = judge_name
        self.findings = 0
        self.compared = 0

    def compared_of(self, tags):
        """Sets and lists of tags; anything else as it is."""
        if isinstance(tags, (set, list)):
            return type(tags)(tag for tag in tags if tag not in self.not_compared)
        return tags

    def same(self, what, where, mine, theirs):
        self.compared += 1
        mine, theirs = self.compared_of(mine), self.compared_of(theirs)
        if mine != theirs and (what, where) not in self.differences:
            self.findings += 1
            print(f"{self.judge_name}: {what} of {where}: {mine} here, {theirs} there")

    def messages(self):
        return sorted(message for message, part in self.ours.parts if part == "body")

    def types(self, theirs):
        for tag, mine in self.ours.types.items():
            if tag in theirs.types:
                self.same("type", tag, mine, theirs.types[tag])

    def names(self, theirs):
        for tag, name in self.ours.names.items():
            self.same("name", tag, name, theirs.names.get(tag))

    def values(self, theirs, all_of_them):
        for tag in self.ours.names:
            known = theirs.values.get(tag, set())
            mine = self.ours.values.get(tag, set())
            if self.ours.types[tag] == "BOOLEAN":
                self.same("values", tag, BOOLEAN_VALUES, known or BOOLEAN_VALUES)
            elif all_of_them:
                self.same("values", tag, sorted(mine), sorted(known))
            elif mine:
                self.same("values", tag, sorted(mine - known), [])

    def parts(self, theirs):
        for message in self.messages():
            for part in ("header", "trailer"):
                self.same(part, message, self.ours.parts[message, part],
                          set(theirs.parts["*", part]))
            self.same("body", message, self.ours.parts[message, "body"],
                      theirs.parts.get((message, "body")))

    def groups(self, theirs):
        for message in self.messages():
            mine = {path: members for (kind, path), members in self.ours.groups.items()
                    if kind == message}
            other = {path: members for (kind, path), members in theirs.groups.items()
                     if kind in (message, "*")}
            self.same("groups", message, sorted(mine), sorted(other))
            for path in mine.keys() & other.keys():
                self.same("members", (message, path), mine[path], other[path])
                self.same("places", (message, path), set(mine[path]),
                          self.ours.parts[message, str(path[-1])])

    def required(self, theirs, header, but_counts):
        for message in sorted(theirs.required.keys() & set(self.messages())):
            counts = {path[-1] for kind, path in self.ours.groups if kind == message}
            mine = self.ours.required[message] - (counts if but_counts else set()) - header
            self.same("required", message, sorted(mine),
                      sorted(theirs.required[message] - header))

    def excerpt(self, theirs):
        """What an excerpt says is so; what it leaves out says nothing."""
        for message in self.messages():
            body = theirs.parts.get((message, "body"))
            if body is not None:
                self.same("body", message, sorted(body - self.ours.parts[message, "body"]), [])
        for tag, values in theirs.values.items():
            if tag in self.ours.values:
                self.same("values", tag, sorted(values - self.ours.values[tag]), [])


VERSIONS = "fix40 fix41 fix42 fix43 fix44 fix50 fix50sp1 fix50sp2".split()
# The headers say the types of the last version, which are those of 4.4 but for a few.
TYPED = {"fix44", "fix50sp2"}
STANDARD_REQUIRED = {8, 9, 10, 34, 35, 49, 52, 56}


def judge_headers(ours, version, folder):
    judge = Judge(ours, f"QuickFIX's headers of {version}", version)
    theirs = HeaderReader(folder, version).read()
    if version in TYPED:
        judge.types(theirs)
    judge.values(theirs, all_of_them=False)
    judge.parts(theirs)
    judge.groups(theirs)
    judge.required(theirs, STANDARD_REQUIRED, but_counts=True)
    return judge


def judge_xml(ours, path):
    judge, theirs = Judge(ours, str(path)), XmlReader(path).read()
    judge.names(theirs)
    judge.types(theirs)
    judge.values(theirs, all_of_them=True)
    judge.parts(theirs)
    judge.groups(theirs)
    judge.same("required", "*", theirs.required["*"], STANDARD_REQUIRED)
    judge.required(theirs, STANDARD_REQUIRED, but_counts=False)
    return judge


def judge_part(ours, path):
    judge, theirs = Judge(ours, str(path)), XmlReader(path).read()
    judge.types(theirs)
    judge.excerpt(theirs)
    # The excerpt asks for Symbol(55), as its clients must; FIX 4.4 asks for some Instrument.
    judge.required(theirs_without(theirs, 55), STANDARD_REQUIRED, but_counts=True)
    return judge


def theirs_without(theirs, tag):
    required = {message: tags - {tag} for message, tags in theirs.required.items()}
    return theirs._replace(required=required)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dump")
    parser.add_argument("--headers", action="append", default=[])
    parser.add_argument("--xml", action="append", default=[])
    parser.add_argument("--part", action="append", default=[])
    args = parser.parse_args()
    judges = [judge_headers(dumped(args.dump, version), version, path) for version in VERSIONS
              for path in args.headers if pathlib.Path(path).is_dir()]
    ours = dumped(args.dump, "fix44")
    judges += [judge_xml(ours, path) for path in args.xml if pathlib.Path(path).is_file()]
    judges += [judge_part(ours, path) for path in args.part]
    for judge in judges:
        print(f"{judge.judge_name}: {judge.compared} facts, {judge.findings} differences")
    return 1 if not judges or any(judge.findings for judge in judges) else 0


if __name__ == "__main__":
    sys.exit(main())
