"""Reads what KUnit writes into the kernel log.

A case counts, a suite only repeats what its cases said; so what comes out is a
flat list of cases, and whatever is wrong with the report as a whole.
"""

import re
from dataclasses import dataclass, field

STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[[^]]*\])? ?")
RESULT = re.compile(r"(not )?ok (\d+)(?: -)? ?(.*?)(?:\s*#\s*(SKIP|TODO)\b ?(.*))?$", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)$")
SUBTEST = re.compile(r"# Subtest: (.*)$")
INDENT = 4


@dataclass(frozen=True)
class Case:
    name: str  # suite/case, or suite/case/parameter
    good: bool
    said: tuple[str, ...]  # the lines before its verdict


@dataclass
class _Level:
    """The results of one depth, until the one that sums them up."""

    plan: int | None = None
    name: str = ""
    seen: int = 0
    good: bool = True


@dataclass
class Report:
    cases: list[Case] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read(lines: list[str]) -> Report:
    """The cases in a piece of kernel log; other messages may be in between."""
    report = Report()
    levels: dict[int, _Level] = {}
    said: list[str] = []
    for line in lines:
        text = STAMP.sub("", line).rstrip()
        depth, rest = divmod(len(text) - len(text.lstrip(" ")), INDENT)
        body = text.lstrip(" ")
        if rest == 0 and body.startswith("KTAP version"):
            # At the top every suite may bring its own header.
            if depth:
                levels[depth] = _Level()
        elif rest == 0 and (found := SUBTEST.match(body)):
            levels.setdefault(depth, _Level()).name = found[1]
        elif rest == 0 and (found := PLAN.match(body)):
            levels.setdefault(depth, _Level()).plan = int(found[1])
        elif rest == 0 and (found := RESULT.match(body)):
            _result(report, levels, depth, found, tuple(said))
            said = []
        elif body:
            said.append(text)
    for depth in sorted(levels):
        if depth:
            report.faults.append(f"{levels[depth].name or 'a suite'}: it never came to its end")
    return report


def _result(report: Report, levels: dict[int, _Level], depth: int, found: re.Match,
            said: tuple[str, ...]) -> None:
    bad, number, name, skipped, why = found.groups()
    level = levels.setdefault(depth, _Level())
    level.seen += 1
    path = "/".join([levels[above].name for above in range(1, depth + 1)
                     if above in levels and levels[above].name] + [name])
    if depth and int(number) != level.seen:
        report.faults.append(f"{path}: is number {number} where {level.seen} is due")
    below = levels.pop(depth + 1, None)
    good = not bad and not skipped
    if below is None:
        reason = (f"skipped: {why}",) if skipped else ()
        report.cases.append(Case(path, good, said + reason))
    else:
        if below.plan is not None and below.plan != below.seen or not below.seen:
            report.faults.append(f"{path}: planned {below.plan} tests, ran {below.seen}")
        if not good and below.good:
            report.cases.append(Case(path, False, said))
    level.good = level.good and good
