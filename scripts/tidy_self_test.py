"""Proof that scripts/tidy finds what it says it finds.

A clean tree must give no finding. Then one violation of every rule is planted, each in a file of
its own, and the findings must be exactly the planted ones: none missed, none invented. TAP on
stdout.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).parent / "demo.d"))
from tap import Tap  # noqa: E402

CLANG_FORMAT = (pathlib.Path(__file__).parent.parent / ".clang-format").read_text()

ROOT_MESON = """project('planted', 'c')
add_project_arguments('-Wconversion', '-Wshadow', language: 'c')
subdir('core/base')
"""


def guarded(path, body):
    name = "TERCEL_" + "".join(c if c.isalnum() else "_" for c in path).upper()
    return f"#ifndef {name}\n#define {name}\n\n{body}\n#endif\n"


def lines(count):
    return "".join(f"    x += {i};\n" for i in range(count))


# What must pass: each of these is close to a violation without being one.
CLEAN = {
    ".clang-format": CLANG_FORMAT,
    ".gitignore": "/build*/\n",
    "meson.build": ROOT_MESON,
    "core/base/meson.build": """base_sources = files('ok.c', 'alloc_guard.c', 'sub/deep.c')
foreach module : ['ok', 'clock']
    executable(module, module + '_test.c')
endforeach
foreach topic : ['far', 'near']
    executable(topic, 'jump_@0@_test.c'.format(topic))
endforeach
""",
    "core/base/ok.h": guarded("core/base/ok.h", "int ok_add(int left, int right);\n"),
    "core/base/ok.c": '#include "core/base/ok.h"\n\n/* strcpy(a, b) here is only talk. */\n'
                      "int ok_add(int left, int right) {\n"
                      '    const char *text = "free(x) // is text";\n'
                      "    return left + right + (text == 0);\n}\n",
    "core/base/ok_test.c": "#include <stdlib.h>\n\n#include \"core/base/ok.h\"\n\n"
                           "void *ok_room(void) {\n    return malloc(8);\n}\n",
    "core/base/jump_far_test.c": "Test(jump, far) {\n    int x = 0;\n}\n",
    "core/base/COMPLIANCE.md": "Tests are named `suite::test`.\n\n| rule | test |\n|---|---|\n"
                               "| 1 | `jump::far` |\n| 2 | `jump::*`, `fa*`, with `ok_add` |\n"
                               "| 3 | not done: nobody asks |\n| 4 | `more/far`, `ok.c` |\n"
                               "| 5 | `window_shut`, `more/window_shut` |\n",
    "bench/more/far.scn": "far\n",
    "bench/more/window_shut.script": "far\n",
    "core/base/clock_test.c": "int clock_of(int time_of_day) {\n    return time_of_day;\n}\n",
    "core/base/alloc_guard.c": "void free(void *memory);\nvoid free(void *memory) {\n"
                               "    (void)memory;\n}\n",
    "core/base/sub/deep.c": "struct pool;\nstruct ops {\n    void (*free)(struct pool *);\n};\n"
                            "void deep_call(const struct ops *ops, struct pool *pool);\n"
                            "void deep_call(const struct ops *ops, struct pool *pool) {\n"
                            "    ops->free(pool);\n}\n",
    "core/order/meson.build": "order_sources = files('exact.c', 'same.c')\n",
    "core/order/exact.c": "int exact(int x) {\n" + lines(67) + "    return x;\n}\n",
    "core/order/same.c": "#define VENUE_NONE 0\n\n"
                         "int same(int venue, int other_venue) {\n"
                         "    return venue == other_venue || venue == VENUE_NONE ||"
                         " venue == 0;\n}\n",
    "net/stream.h": guarded("net/stream.h", "struct stream;\n"),
    "net/uring/open.h": guarded("net/uring/open.h", '#include "net/stream.h"\n'),
    "venues/registry.h": guarded("venues/registry.h", "struct venue;\n"),
    "venues/registry.c": '#include "venues/registry.h"\n#include "venues/kraken/kraken.h"\n',
    "venues/meson.build": "venue_sources = files('registry.c')\n",
    "venues/kraken/kraken.h": guarded("venues/kraken/kraken.h", '#include "venues/registry.h"\n'),
    "core/app/meson.build": "app_sources = files('main.c')\n",
    "core/app/main.c": '#include "net/uring/open.h"\n#include "venues/kraken/kraken.h"\n',
    "core/route/route.h": guarded("core/route/route.h", '#include "net/stream.h"\n'),
}


class Plant(NamedTuple):
    path: str
    body: str
    line: int  # where the finding must be
    says: str  # what it must contain


def include(path, target, says=None):
    """A file whose only fault is that it includes `target`."""
    body = guarded(path, f'#include "{target}"\n') if path.endswith(".h") else \
        f'#include "{target}"\n'
    folder = path.rsplit("/", 1)[0]
    return Plant(path, body, 4 if path.endswith(".h") else 1,
                 says or f"{folder} may not include {target}")


def call(path, statement, says, extra=""):
    """A file whose only fault is one call, on its line 3 (after one line for `extra`)."""
    return Plant(path, f"{extra or 'int planted;'}\nvoid f(char *a, char *b) {{\n"
                       f"    {statement}\n}}\n", 3, says)


ARROW_PLANTS = [
    include("core/base/up.h", "net/stream.h"),
    include("core/fix/sees_net.h", "net/stream.h"),
    include("core/fix/sees_order.h", "core/order/order.h"),
    include("core/order/sees_fix.h", "core/fix/view.h"),
    include("core/order/sees_net.h", "net/stream.h"),
    include("core/order/sees_risk.h", "core/risk/risk.h"),
    include("core/risk/sees_fix.h", "core/fix/view.h"),
    include("core/market/sees_fix.h", "core/fix/view.h"),
    include("core/market/sees_order.h", "core/order/order.h"),
    include("core/journal/sees_order.h", "core/order/order.h"),
    include("net/sees_fix.h", "core/fix/view.h"),
    include("net/wire/sees_stream.h", "net/stream.h"),
    include("net/tcp/sees_uring.h", "net/uring/open.h"),
    include("net/uring/sees_fix.h", "core/fix/view.h"),
    include("core/route/sees_uring.h", "net/uring/open.h"),
    include("core/route/sees_venue.h", "venues/kraken/kraken.h"),
    include("venues/coinbase/sees_kraken.h", "venues/kraken/kraken.h"),
    include("venues/coinbase/sees_net.h", "net/stream.h"),
    include("venues/exchange/sees_kraken.h", "venues/kraken/kraken.h"),
    include("venues/exchange/sees_order.h", "core/order/order.h"),
    include("venues/exchange/sees_route.h", "core/route/route.h"),
    include("core/route/sees_app.h", "core/app/plan.h"),
    include("core/app/sees_bench.h", "bench/report.h"),
    include("core/order/relative.h", "order.h", "not a path from the root"),
    Plant("core/stray/stray.h", guarded("core/stray/stray.h", "struct stray;\n"), 1,
          "folder the table of include arrows"),
    Plant("net/sees_dpdk.c", "#include <rte_mbuf.h>\n", 1, "rte_mbuf.h belongs in"),
    Plant("net/nic_dpdk_device.c", "#include <rte_dev.h>\n", 1, "rte_dev.h belongs in"),
    Plant("net/nic_dpdk_test.c", "#include <rte_eal.h>\n", 1, "rte_eal.h belongs in"),
]
# The headers the plants above reach for, so that nothing but the arrow is wrong with them.
ARROW_TARGETS = ["core/order/order.h", "core/fix/view.h", "core/risk/risk.h", "core/app/plan.h",
                 "bench/report.h"]

CALL_PLANTS = [
    call("core/fix/c1.c", "strcpy(a, b);", "strcpy is banned"),
    call("core/fix/c2.c", "strcat(a, b);", "strcat is banned"),
    call("core/fix/c3.c", "sprintf(a, b);", "sprintf is banned"),
    call("core/fix/c4.c", "vsprintf(a, b, 0);", "vsprintf is banned"),
    call("core/fix/c5.c", "gets(a);", "gets is banned"),
    call("core/fix/c6.c", "strtok(a, b);", "strtok is banned"),
    call("core/fix/c7.c", "atoi(a);", "atoi is banned"),
    call("core/fix/c8.c", "atol(a);", "atol is banned"),
    call("core/fix/c9.c", "atof(a);", "atof is banned"),
    call("core/fix/c10.c", "strtod(a, 0);", "strtod is banned"),
    call("core/fix/c11.c", "strncpy(a, b, 1);", "strncpy is banned"),
    call("core/fix/c12.c", "alloca(1);", "alloca is banned"),
    call("core/fix/c13.c", "system(a);", "system is banned"),
    call("core/fix/c14.c", "popen(a, b);", "popen is banned"),
    call("core/fix/c15.c", "rand();", "rand is banned"),
    call("core/fix/c16.c", "srand(1);", "srand is banned"),
    call("core/fix/c17.c", "gmtime(0);", "gmtime is banned"),
    call("core/fix/c18.c", "localtime(0);", "localtime is banned"),
    call("core/fix/c19_test.c", "sleep(1);", "sleep is banned"),
    call("core/fix/c20_test.c", "usleep(1);", "usleep is banned"),
    call("core/fix/c21_test.c", "nanosleep(0, 0);", "nanosleep is banned"),
    call("core/fix/c22.c", "clock_gettime(0, 0);", "clock_gettime is banned"),
    call("core/fix/c23.c", "gettimeofday(0, 0);", "gettimeofday is banned"),
    call("core/fix/c24.c", "time(0);", "time is banned"),
    call("core/fix/c25.c", "malloc(1);", "malloc is banned"),
    call("core/fix/c26.c", "calloc(1, 1);", "calloc is banned"),
    call("core/fix/c27.c", "realloc(a, 1);", "realloc is banned"),
    call("core/fix/c28.c", "free(a);", "free is banned"),
]

VENUE_PLANTS = [
    call("core/route/v1.c", "*a = (char)(venue == VENUE_KRAKEN);", "test for one venue"),
    call("core/route/v2.c", "if (order->venue_id != 3) {\n    }", "test for one venue"),
    call("core/route/v3.c", 'if (bytes_equal(venue, "kraken")) {\n    }', "test for one venue"),
    Plant("core/route/v4.c", "int f(int venue);\nint f(int venue) {\n    switch (venue) {\n"
          "    default:\n        return 0;\n    }\n}\n", 3, "test for one venue"),
]

HEADER_PLANTS = [
    Plant("core/order/alone.h", guarded("core/order/alone.h", "uint64_t alone_count(void);\n"), 4,
          "does not compile alone"),
    Plant("core/order/warns.h", guarded("core/order/warns.h",
          "static inline char f(int x) {\n    return x;\n}\n"), 5, "does not compile alone"),
]
GUARD_PLANTS = [
    Plant("core/order/guard.h", "#ifndef ORDER_GUARD_H\n#define ORDER_GUARD_H\n#endif\n", 1,
          "include guard should be TERCEL_CORE_ORDER_GUARD_H"),
    Plant("core/order/no_guard.h", "int no_guard(void);\n", 1, "include guard should be"),
]
SIZE_PLANTS = [
    Plant("core/order/long.c", "int planted;\n\nint too_long(int x) {\n" + lines(68) +
          "    return x;\n}\n", 3, "too_long has 71 lines"),
    Plant("core/order/long_test.c", "Test(suite, too_long, .timeout = 3) {\n    int x = 0;\n" +
          lines(68) + "}\n", 1, "Test(suite, too_long) has 71 lines"),
    Plant("core/order/long.py", "def too_long(x):\n" + lines(71), 1, "too_long has 72 lines"),
    Plant("core/order/file.c", "int x;\n" * 801, 801, "the file has 801 lines"),
]
BUILD_PLANTS = [
    Plant("core/market/unlisted.c", "int unlisted;\n", 1, "no meson.build lists this file"),
    Plant("core/market/unlisted_test.c", "int unlisted;\n", 1, "no meson.build lists this file"),
]
LINE_PLANTS = [
    Plant("core/order/tab.py", "x = [1,\n\t2]\n", 2, "has a tab"),
    Plant("core/order/wide.py", "x = '" + "y" * 95 + "'\n", 1, "has 101 columns"),
    Plant("core/order/blanks.py", "x = 1 \n", 1, "ends in blanks"),
]
LEFTOVER_PLANTS = [
    Plant("core/order/leftover.c", "int x; // TO" "DO later\n", 1, "leftover TO" "DO"),
    Plant("core/order/leftover.md", "Text.\nFIX" "ME\n", 2, "leftover FIX" "ME"),
    Plant("core/order/leftover.py", "# X" "XX\n# HA" "CK\n", 1, "leftover X" "XX"),
    Plant("core/order/leftover.py", "# X" "XX\n# HA" "CK\n", 2, "leftover HA" "CK"),
]
TYPE_PLANTS = [
    Plant("core/order/double.c", "double price;\n", 1, "scaled integers"),
    Plant("core/order/typedef.c", "typedef struct order order;\n", 1, "typedef of a struct"),
]
RULES_WITHOUT_TESTS = """| rule | test |
|---|---|
| 1 | `jump::no_far` |
| 2 | `jump::far`, `near` |
| 3 | not done |
| 4 | yes |
| 5 | `nowhere.py` |
| 6 | an initiator differs, `jump::far` |
| 7 | `window_shut`, `window_open` |
"""
RULE_PLANTS = [
    Plant("core/order/COMPLIANCE.md", RULES_WITHOUT_TESTS, line, says) for line, says in [
        (3, "jump::no_far is no test"), (4, "jump::near is no test"), (5, "and not why"),
        (6, "neither a test nor a reason"), (7, "nowhere.py is no test"), (8, "and not why"),
        (9, "window_open is no test")]
]
FORMAT_PLANTS = [
    Plant("core/order/format.c", "int  crooked ;\n", 1, "not as clang-format has it"),
]

RULES = {
    "includes that break an arrow": ARROW_PLANTS,
    "banned calls": CALL_PLANTS,
    "tests for one venue": VENUE_PLANTS,
    "headers that do not compile alone": HEADER_PLANTS,
    "include guards not named for the path": GUARD_PLANTS,
    "long functions and files": SIZE_PLANTS,
    "files no meson.build lists": BUILD_PLANTS,
    "tabs, wide lines and trailing blanks": LINE_PLANTS,
    "leftover notes": LEFTOVER_PLANTS,
    "floating prices and typedefs of structs": TYPE_PLANTS,
    "rules without a test or a reason": RULE_PLANTS,
    "misformatted files": FORMAT_PLANTS,
}
PLANTS = [plant for plants in RULES.values() for plant in plants]


def write_tree(root, files):
    for path, text in files.items():
        file = pathlib.Path(root) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)


def planted_files():
    files = {path: guarded(path, "struct target;\n") for path in ARROW_TARGETS}
    files.update({plant.path: plant.body for plant in PLANTS})
    for folder in {path.rsplit("/", 1)[0] for path in files if path.endswith((".c", ".cpp"))}:
        listed = [path.removeprefix(folder + "/") for path in [*CLEAN, *files]
                  if path.startswith(folder + "/") and path.endswith((".c", ".cpp"))]
        names = ",\n    ".join(f"'{name}'" for name in listed if not name.startswith("unlisted"))
        files[folder + "/meson.build"] = f"sources = files(\n    {names})\n"
    return files


def finding_of(plant, findings):
    """The one finding a plant must give; None when there is none, or more than one."""
    hits = [f for f in findings
            if (f.path, f.line) == (plant.path, plant.line) and plant.says in f.what]
    return hits[0] if len(hits) == 1 else None


def in_lines(things):
    return "\n".join(map(str, things))


def run(findings_of):
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="tidy-self-test-") as root:
        subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
        write_tree(root, CLEAN)
        found = findings_of(root)
        tap.check("a clean tree has no findings", not found, in_lines(found))

        write_tree(root, planted_files())
        unexplained = list(findings_of(root))
        for rule, plants in RULES.items():
            if plants is FORMAT_PLANTS and shutil.which("clang-format-14") is None:
                tap.skip(f"finds {rule}", "clang-format-14 is not installed")
                continue
            hits = [finding_of(plant, unexplained) for plant in plants]
            missed = [plant for plant, hit in zip(plants, hits) if hit is None]
            tap.check(f"finds {rule} ({len(plants)} planted)", not missed,
                      in_lines(f"missed {p.path}:{p.line}: {p.says}" for p in missed))
            unexplained = [f for f in unexplained if f not in hits]
        tap.check("nothing else is found", not unexplained, in_lines(unexplained))
    return tap.end()
