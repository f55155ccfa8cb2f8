"""System calls of the router's threads, as strace writes them down."""

import re
import shutil
import subprocess

WORKER = "tercel-oe"
# Then the file, then the command.
STRACE = ["strace", "-D", "-f", "-e", "signal=none", "-o"]


def why_not():
    """Why nothing can be traced here, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True,
                           text=True, check=False)
    return None if tried.returncode == 0 else "tracing is not permitted: " + tried.stderr.strip()


def calls_of(trace):
    """Every system call as (thread, name, text), in the order in which they began."""
    for line in trace.splitlines():
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found:
            yield int(found[1]), found[2], line


def worker_of(calls):
    """The thread that was given the worker's name: by opening its name's file, then writing."""
    thread = None
    for _, name, line in calls:
        opened = re.search(r'"/proc/self/task/(\d+)/comm"', line)
        thread = int(opened[1]) if opened else thread
        if name == "write" and f'"{WORKER}"' in line:
            return thread
    return None
