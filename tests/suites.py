"""Runs suites of tests, several at a time, and counts what they say.

A suite is a command that prints TAP, or (plain) one that is a test by itself. What
is missing counts as failed: a skip, an incomplete plan, no test at all, a suite that
could not start because another failed.
"""

import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lab"))
import tap  # pylint: disable=wrong-import-position

HEARTBEAT = 60  # seconds after which a person is told what is still running
SHOWN = 40  # lines of a failed suite that go to the screen; its file has all


@dataclass(frozen=True)
class Suite:
    name: str
    command: tuple[str, ...]
    seconds: int  # how long it takes, roughly: the longest start first
    after: tuple[str, ...] = ()  # suites that have to be done, and good
    plain: bool = False  # no TAP: the exit status is the one test
    alone: bool = False  # disturbed by any other suite
    width: int = 1  # suites in whose place it runs: who never waits takes more of the machine
    locks: tuple[str, ...] = ()  # what no two suites may use at a time
    limit: int = 1800  # seconds until it is killed


class Count:
    """Takes what tap.Reader finds in a suite's output."""

    def __init__(self):
        self.passed = self.failed = 0
        self.complaints = []  # failed tests with what was said about them
        self._in_failure = False

    def result(self, good, description):
        self._in_failure = not good
        if good:
            self.passed += 1
        else:
            self.failed += 1
            self.complaints.append(f"not ok - {description}")

    def diagnose(self, text):
        if self._in_failure:
            self.complaints += [f"# {line}" for line in text.splitlines()]

    def fault(self, text):
        """Something is wrong with the suite as a whole."""
        self.result(False, text)


class Board:
    """What a person sees."""

    def __init__(self, stream):
        self._stream = stream
        self._start = time.monotonic()

    def say(self, text):
        seconds = int(time.monotonic() - self._start)
        print(f"{seconds // 60:3}:{seconds % 60:02}  {text}", file=self._stream, flush=True)

    def done(self, suite, count, seconds, output):
        result = f"{suite.name}: {count.passed} passed"
        if count.failed:
            result += f", {count.failed} FAILED"
        self.say(f"{result} ({seconds:.0f} s)")
        if count.failed:
            for line in count.complaints[:SHOWN]:
                print(f"        {line}", file=self._stream)
            if len(count.complaints) > SHOWN:
                print(f"        and {len(count.complaints) - SHOWN} lines more", file=self._stream)
            print(f"        all of it: {output}", file=self._stream, flush=True)


class Run:
    """One suite while it runs, in a process group of its own."""

    def __init__(self, suite, folder, finished):
        self.suite = suite
        self.count = Count()
        self.output = folder / f"{suite.name}.tap"
        self.started = time.monotonic()
        self._errors = folder / f"{suite.name}.err"
        self._process = None
        self._finished = finished
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def seconds(self):
        return time.monotonic() - self.started

    def kill(self):
        """First so that it can put away its virtual machines."""
        if not self._process:
            return
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, how)
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                pass

    def _watch(self):
        try:
            self._run()
        except OSError as error:
            self.count.fault(f"{self.suite.name}: cannot run: {error}")
        finally:
            self._finished.put(self)

    def _run(self):
        reader = tap.Reader(self.count, self.suite.name)
        with open(self.output, "wb") as output, open(self._errors, "wb") as errors:
            # pylint: disable-next=consider-using-with
            self._process = subprocess.Popen(
                self.suite.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if self.suite.plain else errors, start_new_session=True)
            pipe = self._process.stdout
            # Ours is the only clock: a child that survives its parent may hold the pipe.
            while select.select([pipe], [], [], max(0, self.suite.limit - self.seconds))[0]:
                data = os.read(pipe.fileno(), 65536)
                if not data:
                    break
                output.write(data)
                output.flush()
                if not self.suite.plain:
                    reader.feed(data)
        if self.seconds >= self.suite.limit:
            self.kill()
            self._judge(None, [f"killed after {self.suite.limit} seconds"])
        else:
            status = self._process.wait()
            self._judge(status, [] if self.suite.plain else reader.finish())

    def _judge(self, status, faults):
        if self.suite.plain and status == 0:
            self.count.result(True, self.suite.name)
        elif status and (self.suite.plain or not self.count.failed and not faults):
            faults = [f"exit status {status}"]
        for fault in faults:
            self.count.fault(f"{self.suite.name}: {fault}")
        if faults:
            said = self.output if self.suite.plain else self._errors
            self.count.diagnose("\n".join(said.read_text(errors="replace").splitlines()[-20:]))


def _can_start(suite, running, done, jobs):
    if any(name not in done for name in suite.after):
        return False
    if running and suite.width + sum(run.suite.width for run in running) > jobs:
        return False
    if running and (suite.alone or any(run.suite.alone for run in running)):
        return False
    return not any(set(suite.locks) & set(run.suite.locks) for run in running)


def run_all(suites, folder, jobs=2, stream=sys.stdout):
    """Runs them; returns (passed, failed)."""
    if unknown := {name for suite in suites for name in suite.after} - {s.name for s in suites}:
        raise ValueError(f"suites come after {', '.join(sorted(unknown))}, which there is not")
    folder.mkdir(parents=True, exist_ok=True)
    board = Board(stream)
    waiting = sorted(suites, key=lambda suite: -_weight(suite, suites))
    running, done, bad = [], set(), set()
    finished = queue.Queue()
    passed = failed = 0

    def start():
        nonlocal failed
        for suite in list(waiting):
            if broken := sorted(bad & set(suite.after)):
                waiting.remove(suite)
                done.add(suite.name)
                bad.add(suite.name)
                failed += 1
                board.say(f"{suite.name}: FAILED, not run because {', '.join(broken)} failed")
            elif _can_start(suite, running, done, jobs):
                waiting.remove(suite)
                board.say(f"{suite.name} ...")
                running.append(Run(suite, folder, finished))

    try:
        while waiting or running:
            start()
            if not running:
                continue
            try:
                run = finished.get(timeout=HEARTBEAT)
            except queue.Empty:
                board.say("still running: " + ", ".join(
                    f"{run.suite.name} ({run.seconds:.0f} s)" for run in running))
                continue
            running.remove(run)
            done.add(run.suite.name)
            passed += run.count.passed
            failed += run.count.failed
            if run.count.failed:
                bad.add(run.suite.name)
            board.done(run.suite, run.count, run.seconds, run.output)
    finally:
        for run in running:
            run.kill()
    print(f"{passed} passed, {failed} failed", file=stream, flush=True)
    return passed, failed


def with_needed(names, suites):
    """The suites of these names and all they come after, in the table's order."""
    by_name = {suite.name: suite for suite in suites}
    wanted, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted.add(name)
            todo += by_name[name].after
    return [suite for suite in suites if suite.name in wanted]


def _weight(suite, suites):
    """Seconds until the end of the longest chain that begins with this suite."""
    return suite.seconds + max((_weight(other, suites) for other in suites
                                if suite.name in other.after), default=0)
