"""Reads a VM's console: which lines are complaints of the kernel."""

import re
import time

WARNS = re.compile("|".join((
    r"\bBUG\b", r"WARNING:", r"\bOops\b", r"\bUBSAN\b", r"\bKASAN\b", r"\bKCSAN\b",
    r"possible .* detected", r"inconsistent lock state", r"suspicious RCU", r"\blockdep\b",
    r"bad unlock balance", r"held lock freed", r"non-static key", r"invalid wait context",
    r"unreferenced object", r"new suspected memory leaks", r"hung task", r"scheduling while atomic",
    r"sleeping function called", r"refcount_t", r"INFO: task", r"INFO: rcu", r"rcu.*self-detected stall",
    r"Call Trace", r"general protection fault", r"Kernel panic", r"blocked for more than",
    r"unregister_netdevice: waiting", r"already registered", r"ODEBUG", r"corruption",
    r"use-after-free", r"out-of-bounds", r"leaked", r"cut here", r"unable to handle",
)))
# The kernel shows a trace when an allocation fails that nobody said may fail: no fault
# where failing is the subject. Its reason stands a few lines above the trace.
STARVED = re.compile(r"vmalloc error: size \d+, |page allocation failure: order:")
TRACE = re.compile(r"Call Trace")
LINES_BEFORE_TRACE = 6
SHOWN = 60


class Console:
    """A console log that grows."""

    def __init__(self, path):
        self._path = path

    def position(self):
        return self._path.stat().st_size if self._path.exists() else 0

    def since(self, position):
        with open(self._path, "rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace").replace("\r", "").splitlines()

    def wait_for(self, text, position, timeout):
        """The console is slower than the channel: waits until it has come this far."""
        deadline = time.monotonic() + timeout
        while not any(text in line for line in self.since(position)):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def complaints(self, position, starved=False):
        """The lines from the first complaint on, or nothing. `starved`: allocations are
        made to fail, and the kernel may say so."""
        lines = self.since(position)
        for number, line in enumerate(lines):
            if not WARNS.search(line):
                continue
            before = lines[max(0, number - LINES_BEFORE_TRACE):number]
            if starved and TRACE.search(line) and any(map(STARVED.search, before)):
                continue
            return "\n".join(lines[number:number + SHOWN])
        return ""
