"""Results as TAP on stdout, what went wrong on stderr."""

import os
import signal
import sys
import tempfile

from stage import Failure, build_folder

PROGRAMS = ["core/app/tercel", "venues/exchange/tercel-exchange",
            "bench/client/tercel-demo-client"]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, passed, detail=""):
        self.count += 1
        print(f"{'ok' if passed else 'not ok'} {self.count} - {name}", flush=True)
        if not passed:
            self.failed += 1
            print(f"{name}:\n{detail}".replace("\x01", "|"), file=sys.stderr, flush=True)
        return passed

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}", flush=True)

    def end(self):
        """Says how many there were; the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    return 0


def _interrupt(*_):
    raise KeyboardInterrupt


def run(tests, programs=PROGRAMS):
    """Calls each of `tests` with a Tap and a folder of its own. The exit status."""
    missing = [name for name in programs if not (build_folder() / name).exists()]
    if missing:
        return skip_all(f"not built: {', '.join(missing)}")
    signal.signal(signal.SIGTERM, _interrupt)
    os.umask(0o022)
    tap = Tap()
    for test in tests:
        with tempfile.TemporaryDirectory(prefix="tercel-e2e-") as folder:
            try:
                test(tap, folder)
            except Failure as failure:
                tap.check(test.__name__.replace("_", " "), False, str(failure))
    return tap.end()
