"""What a long run has held so far, in a file, so that it can go on after an interruption."""

import hashlib
import json
import pathlib


class Record:
    """One line of JSON for each part that passed, with what `program` was then. Without a file it
    is forgotten."""

    def __init__(self, path, program):
        self.path = path and pathlib.Path(path)
        self.program = hashlib.sha256(program.read_bytes()).hexdigest()[:12]
        self.parts = {}
        if self.path and self.path.exists():
            # An interruption may have cut the last line.
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
            for line in lines:
                if line.endswith("\n"):
                    part = json.loads(line)
                    self.parts[part["name"]] = part
            self.path.write_text("".join(line for line in lines if line.endswith("\n")),
                                 encoding="utf-8")

    def __contains__(self, name):
        return name in self.parts

    def add(self, name, seconds, load, notes):
        self.parts[name] = {"name": name, "seconds": round(seconds, 1), "load": round(load, 1),
                            "program": self.program, "notes": notes}
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(self.parts[name]) + "\n")

    def lines(self):
        """For people: every part with its time, and what they took in all."""
        for part in self.parts.values():
            yield (f"{part['name']}: {part['seconds']} s at load {part['load']}, "
                   f"program {part['program']}")
            for note in part["notes"]:
                yield f"    {note}"
        total = sum(part["seconds"] for part in self.parts.values())
        programs = {part["program"] for part in self.parts.values()}
        yield f"{len(self.parts)} parts passed, in {total:.1f} s, by {len(programs)} programs"
