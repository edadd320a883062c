"""What is made once and kept outside the repository.

An entry is a folder that is complete as soon as it has its name: it is made
under a temporary name beside it and renamed at the end. A lock for each family
of entries lets two processes ask at once, and only one of them work.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator

KEEP_UNUSED = 7 * 24 * 3600  # older entries of the same family go after that


class Missing(Exception):
    """Something is needed and not there; the text says what."""


def folder() -> Path:
    """The cache itself."""
    name = os.environ.get("NFCLUSTER_CACHE") or os.path.expanduser("~/.cache/nfcluster")
    path = Path(name).absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


def say(message: str) -> None:
    """Progress, for a person who waits; stdout belongs to results."""
    print(f"nfcluster: {message}", file=sys.stderr, flush=True)


def as_root(*command: str) -> list[str]:
    """The command line that runs COMMAND with root's rights."""
    if os.geteuid() == 0:
        return list(command)
    if not shutil.which("sudo"):
        raise Missing(f"root is needed, and there is no sudo, for: {' '.join(command)}")
    return ["sudo", *command]


def remove(path: Path) -> None:
    """Take away a file or a folder, also one in which root's files are."""
    command = ["rm", "-rf", "--one-file-system", str(path)]
    done = subprocess.run(command, stderr=subprocess.DEVNULL)
    if done.returncode:
        subprocess.run(as_root(*command), check=True)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Only one process at a time is in here for NAME; it is free when that one dies."""
    locks = folder() / "locks"
    locks.mkdir(exist_ok=True)
    with open(locks / name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(family: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder FAMILY/KEY; when there is none, make(temporary folder) fills it."""
    home = folder() / family
    wanted = home / key
    if not wanted.is_dir():
        home.mkdir(exist_ok=True)
        with locked(family):
            if not wanted.is_dir():
                _make(home, wanted, make)
    (home / f".used-{key}").touch()
    return wanted


def _make(home: Path, wanted: Path, make: Callable[[Path], None]) -> None:
    for half_made in home.glob(".making-*"):  # of a process that was killed: we hold the lock
        remove(half_made)
    _forget_unused(home)
    temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=home))
    try:
        temporary.chmod(0o755)
        make(temporary)
        temporary.rename(wanted)
    finally:
        remove(temporary)


def _forget_unused(home: Path) -> None:
    for mark in home.glob(".used-*"):
        if time.time() - mark.stat().st_mtime > KEEP_UNUSED:
            remove(home / mark.name.removeprefix(".used-"))
            mark.unlink()
