"""Joins a person's terminal and a shell in a VM."""

import os
import select
import shlex
import shutil
import sys
import termios
import tty

START = r"""
stty rows {rows} cols {columns} </dev/hvc0
export TERM={term} HOME=/root {words}
cd /root
exec bash --rcfile /lab/shellrc -i <>/dev/hvc0 >&0 2>&1  # a session leader: hvc0 is its terminal now
"""


def interact(machine, words):
    """A shell with the scenarios' words; returns when the person leaves it."""
    size = shutil.get_terminal_size()
    machine.put("/lab/shellrc", b". /lab/lib.sh; PS1='\\[\\e[1m\\]lab \\w\\[\\e[0m\\] # '\n")
    job = machine.background(START.format(
        rows=size.lines, columns=size.columns, term=shlex.quote(os.environ.get("TERM", "vt100")),
        words=" ".join(f"{name}={shlex.quote(value)}" for name, value in words.items())))
    person = sys.stdin.fileno()
    before = None
    if os.isatty(person):
        before = termios.tcgetattr(person)
        tty.setraw(person)
    inputs = [machine.terminal]  # the person comes in with the first prompt
    prompted = False
    try:
        while True:
            ready, _, _ = select.select(inputs, [], [], 0.2)
            if machine.terminal in ready:
                if not (data := machine.terminal.recv(65536)):
                    break
                os.write(sys.stdout.fileno(), data)
                if not prompted:
                    prompted = True
                    inputs.append(person)
            elif job.status is not None or not machine.alive:
                break
            if person in ready:
                data = os.read(person, 65536)
                machine.terminal.sendall(data or b"\x04")
                if not data:
                    inputs.remove(person)
    finally:
        if before:
            termios.tcsetattr(person, termios.TCSADRAIN, before)
    return job.status or 0
