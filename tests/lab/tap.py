"""TAP: reads what one scenario prints, writes what the whole run comes to."""

import re

LINE = re.compile(r"(not )?ok (\d+)\b(?:\s*-)?\s*(.*)")
PLAN = re.compile(r"1\.\.(\d+)\b")
SKIPPED = re.compile(r"#\s*(skip|todo)\b", re.IGNORECASE)


class Writer:
    """One flat stream: every line carries where it comes from; the plan is last."""

    def __init__(self, stream):
        self._stream = stream
        self.passed = self.failed = 0
        self._print("TAP version 13")

    def result(self, good, description):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        word = "ok" if good else "not ok"
        self._print(f"{word} {self.passed + self.failed} - {description}")

    def diagnose(self, text):
        for line in text.splitlines():
            self._print(f"# {line}".rstrip())

    def finish(self):
        self._print(f"1..{self.passed + self.failed}")
        self._print(f"# {self.passed} passed, {self.failed} failed")

    def _print(self, line):
        print(line, file=self._stream, flush=True)


class Reader:
    """Takes one scenario's output as it comes and knows in the end what was
    wrong with it as a whole."""

    def __init__(self, writer, label):
        self._writer, self._label = writer, label
        self._rest = b""
        self._seen = self._skipped = 0
        self._plan = None
        self._faults = []

    def feed(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace").rstrip("\r"))

    def finish(self):
        """Returns what breaks the scenario although each line may be fine."""
        if self._rest:
            self._line(self._rest.decode(errors="replace"))
        if self._plan is None:
            self._faults.append("no plan: it never got to done_testing")
        elif self._plan != self._seen:
            self._faults.append(f"planned {self._plan} tests, ran {self._seen}")
        elif not self._seen:
            self._faults.append("it tests nothing")
        return self._faults

    def _line(self, line):
        if found := LINE.match(line):
            bad, number, description = found.groups()
            self._seen += 1
            if int(number) != self._seen:
                self._faults.append(f"test {self._seen} says it is number {number}")
            skipped = SKIPPED.search(description)
            self._writer.result(not bad and not skipped,
                                f"{self._label}: {description.replace('#', chr(92) + '#')}")
            if skipped:
                self._writer.diagnose("a skip is a failure")
        elif found := PLAN.match(line):
            if self._plan is not None:
                self._faults.append("two plans")
            self._plan = int(found.group(1))
        elif line.startswith("Bail out!"):
            self._faults.append(line)
        elif line.startswith("#"):
            self._writer.diagnose(line[1:].removeprefix(" "))
        elif line:
            self._writer.diagnose(line)
