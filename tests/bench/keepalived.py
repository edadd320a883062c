"""keepalived as Debian 12 ships it, with the libraries that it wants; not installed."""

import os
import re
import subprocess
from pathlib import Path

import cache
from debian import BOOKWORM

PROGRAM = "usr/sbin/keepalived"
LIBRARIES = r"lib(?!c6$|gcc)"
IN_GUEST = "/lab/keepalived-lib"


def files():
    """(guest path, host path) pairs. It has to be run with LD_LIBRARY_PATH=IN_GUEST."""
    packages = BOOKWORM.resolve("keepalived", ["keepalived"], LIBRARIES)
    version = dict(packages)["keepalived"].replace(":", "_")
    folder = cache.entry("keepalived", version, lambda into: BOOKWORM.fetch(packages, into))
    program = folder / PROGRAM
    return [("/lab/keepalived", program),
            *((f"{IN_GUEST}/{library.name}", library) for library in _libraries(program, folder))]


def _libraries(program, folder):
    where = {path.parent for path in folder.glob("**/*.so*")}
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(map(str, where)))}
    run = subprocess.run(["ldd", str(program)], env=environment, capture_output=True, text=True,
                         check=True)
    lost = re.findall(r"(\S+) => not found", run.stdout)
    if lost:
        raise cache.Missing(f"keepalived wants {' '.join(lost)}")
    return [Path(path) for path in re.findall(r"=> (/\S+) \(0x", run.stdout)
            if not re.search(r"/lib(c|m)\.so", path)]
