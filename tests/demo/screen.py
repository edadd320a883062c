"""What the demo shows: prose, commands as typed, and one line that lives.

Colours and the living line are for a terminal only; on a pipe, or with NO_COLOR,
the same words come as plain lines. Everything goes to the log as plain text.
"""

import os
import re
import shutil
import sys
import textwrap
import time

CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34",
         "cyan": "36"}
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
CELLS = " ▏▎▍▌▋▊▉█"
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
CLEAR_LINE = "\r\x1b[K"


def paint(text, *styles):
    codes = ";".join(CODES[style] for style in styles)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def plain(text):
    return ESCAPE.sub("", text)


class Screen:
    def __init__(self, log, quiet=False):
        self._log = open(log, "w", encoding="utf-8", buffering=1)
        self._stream = open(os.devnull, "w", encoding="utf-8") if quiet else sys.stdout
        if hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
        self._terminal = self._stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._coloured = self._terminal and not os.environ.get("NO_COLOR")
        self._width = min(shutil.get_terminal_size((80, 24)).columns, 88)
        self._living = False
        self._started = time.monotonic()

    # --- lines that stay

    def line(self, text=""):
        self._log.write(plain(text) + "\n")
        self._settle()
        self._stream.write((text if self._coloured else plain(text)) + "\n")

    def note(self, text):
        """For the log only."""
        self._log.write(f"[{time.monotonic() - self._started:7.2f}] {text.rstrip()}\n")

    def heading(self, text):
        self.line()
        self.line(paint(text, "bold"))

    def say(self, text):
        for line in textwrap.wrap(" ".join(text.split()), self._width - 2):
            self.line("  " + line)

    def command(self, host, command):
        """As typed on that host; long ones go on in the next line, as a shell takes them."""
        prompt = f"  {host} # "
        # An option and its value stay together.
        joined = re.sub(r"( -\S+) (?=[^- ])", "\\1\xa0", command)
        lines = [line.replace("\xa0", " ") for line in textwrap.wrap(
            joined, self._width - len(prompt) - 2, subsequent_indent="    ",
            break_on_hyphens=False, break_long_words=False)]
        for number, line in enumerate(lines):
            lead = paint(prompt, "dim") if number == 0 else " " * len(prompt)
            self.line(lead + paint(line, "bold") + (" \\" if number < len(lines) - 1 else ""))

    def output(self, text):
        for line in text.splitlines():
            self.line("  " + line)

    # --- the line that lives

    def live(self, text):
        """Shown until the next line comes; not at all on a pipe."""
        if not self._terminal:
            return
        turn = SPINNER[int(time.monotonic() * 10) % len(SPINNER)]
        text = f"{paint(turn, 'dim')} {text}"
        if len(plain(text)) >= self._width:
            text = plain(text)[:self._width - 1]
        self._stream.write(CLEAR_LINE + (text if self._coloured else plain(text)))
        self._stream.flush()
        self._living = True

    def _settle(self):
        if self._living:
            self._stream.write(CLEAR_LINE)
            self._living = False

    def close(self):
        self._settle()
        self._stream.flush()
        self._log.close()


def bar(share, width):
    """`share` of `width` cells, in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (CELLS[part] if part else "")).ljust(width)
