"""Which scenarios run where, and how long they may take.

A scenario may say, in comments at its top, that it makes sense on some kernels
or with one module only, and that it needs more seconds than others:

    # kernels: 6.1 debug
    # modules: ours
    # limit: 600

or that allocations are made to fail in it, which the kernel reports:

    # starves: memory

or that real servers serve in it, the words of guest/services.sh:

    # servers: real
"""

import re
from dataclasses import dataclass

FIELD = re.compile(r"#\s*(kernels|modules|limit|starves|servers):\s*(\S.*)")


class Unfit(Exception):
    """A scenario was asked for by name that is not there, or cannot run here."""


@dataclass(frozen=True)
class Part:
    """The Kth of N shares of a list of scripts, long and short ones mixed."""
    number: int
    count: int

    def of(self, scripts):
        return scripts[self.number - 1::self.count]


def part(text):
    """Reads "K/N"."""
    number, _, count = text.partition("/")
    result = Part(int(number), int(count))
    if not 1 <= result.number <= result.count:
        raise ValueError(f"no part {text}")
    return result


def needs(script):
    """What the head of the script says: field -> the names it allows."""
    found = {}
    for line in script.read_text().splitlines():
        if not line.startswith("#"):
            break
        if field := FIELD.fullmatch(line.rstrip()):
            found[field[1]] = field[2].split()
    return found


def choose(paths, kernel, module):
    """The scripts to run. From a folder come those that fit, in order; one that
    is named has to fit."""
    chosen = []
    for path in paths:
        if path.is_dir():
            chosen += [script for script in sorted(path.glob("*.sh"))
                       if not _unfit(script, kernel, module)]
        elif not path.is_file():
            raise Unfit(f"no script {path}")
        elif reason := _unfit(path, kernel, module):
            raise Unfit(f"{path} runs {reason} only")
        else:
            chosen.append(path)
    return chosen


def seconds(script, usual):
    """The limit for this script, of which `usual` is the least."""
    return max([usual, *map(float, needs(script).get("limit", []))])


def starves(script):
    """Whether the kernel may say that it has no memory."""
    return "memory" in needs(script).get("starves", [])


def wants_servers(script):
    """Whether the VM has to hold real servers."""
    return "real" in needs(script).get("servers", [])


def _unfit(script, kernel, module):
    said = needs(script)
    if kernel not in said.get("kernels", [kernel]):
        return f"on {', '.join(said['kernels'])}"
    if module not in said.get("modules", [module]):
        return f"with {', '.join(said['modules'])}"
    return ""
