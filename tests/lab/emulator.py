"""Which QEMU runs the VMs: this machine's, or a newer one from the cache.

Debian 12's QEMU 7.2 can go on running a translation of code that another
processor of the same VM was rewriting while it was translated. A kernel rewrites
its own code whenever a static key changes, as that of the ARP hooks does with the
first and the last rule of a cluster, and then dies of a breakpoint that is no longer
there ("Oops: int3 in arp_xmit"), within seconds if a test does nothing else. QEMU 10
translates under the lock of the page.

A VM with one processor has no other: it runs under this machine's QEMU, which takes a
tenth less time. The debug kernel takes half of the time there: it runs with one thread for
all its processors, and what one of them rewrites no other is translating.
"""

import functools
import re
import subprocess

import cache
from debian import BOOKWORM_BACKPORTS

PROGRAM = "qemu-system-x86_64"
GOOD = (10, 0)  # the oldest that was seen to be good
# Libraries are those of this machine's own QEMU: Debian built it for this release.
PARTS = r"(qemu-system-(common|data)|seabios)$"


@functools.cache
def command(several=True):
    """The program, and arguments that go with it. SEVERAL: threads that translate."""
    if not several or _version([PROGRAM]) >= GOOD:
        return [PROGRAM]
    try:
        packages = BOOKWORM_BACKPORTS.resolve("qemu", ["qemu-system-x86"], PARTS)
        version = dict(packages)["qemu-system-x86"].replace(":", "_")
        folder = cache.entry("qemu", version, lambda path: _fetch(packages, path))
    except cache.Missing as error:
        cache.say(f"{PROGRAM} is older than {GOOD[0]}.{GOOD[1]}, and a test may fail for that, "
                  f"because {error}")
        return [PROGRAM]
    return _in(folder)


def _in(folder):
    share = folder / "usr/share"
    return [str(folder / "usr/bin" / PROGRAM), "-L", str(share / "qemu"),
            "-L", str(share / "seabios")]


def _fetch(packages, folder):
    cache.say(f"fetching QEMU {dict(packages)['qemu-system-x86']}")
    BOOKWORM_BACKPORTS.fetch(packages, folder)
    if _version(_in(folder)) < GOOD:
        raise cache.Missing(f"the {PROGRAM} of {BOOKWORM_BACKPORTS.name} does not run here")


def _version(program):
    """(major, minor), (0, 0) of one that does not run."""
    try:
        text = subprocess.run([*program, "--version"], capture_output=True, text=True,
                              check=False).stdout
    except OSError:
        return (0, 0)
    found = re.search(r"version (\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
