#!/usr/bin/python3
"""The kernels that we test on: where they come from, and where they are.

    tests/lab/kernels.py ensure NAME    # prints shell variables
    tests/lab/kernels.py list
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable

import cache
import debugkernel
import foreign
import tsc
from cache import Missing
from debian import BOOKWORM, BULLSEYE, SID, AptFailed, Suite


@dataclass(frozen=True)
class Kernel:
    name: str
    version: str  # what uname -r says
    image: str  # what QEMU boots
    modules: str  # a tree that holds lib/modules/<version>, none of them compressed
    machine: str  # QEMU's -machine
    append: str  # what this kernel wants on its command line
    kdir: str  # builds modules; inside root, when that is set
    root: str  # the Debian folder whose compiler belongs to kdir, or "" for this machine's


@dataclass(frozen=True)
class Packaged:
    """A kernel that comes from a Debian release."""

    suite: Suite
    metapackage: str  # with linux-image- or linux-headers- before it
    foreign: bool = False  # its compiler is not this machine's


PACKAGED = {
    "5.10": Packaged(BULLSEYE, "cloud-amd64", foreign=True),
    "6.1": Packaged(BOOKWORM, "cloud-amd64"),
    "6.12": Packaged(BOOKWORM, "6.12-cloud-amd64"),
    "sid": Packaged(SID, "cloud-amd64", foreign=True),
}
NAMES = [*PACKAGED, "debug"]

IMAGE_PACKAGE = r"linux-(base-\d|image-|binary-|modules-)"
HEADERS_PACKAGE = r"linux-(headers|kbuild)-"


def ensure(name: str) -> Kernel:
    """The kernel NAME, fetched or built if it is not in the cache."""
    if name == "debug":
        return _debug()
    if name not in PACKAGED:
        raise Missing(f"no kernel is called {name}: there are {', '.join(NAMES)}")
    try:
        return _packaged(name, PACKAGED[name], fresh=False)
    except AptFailed as error:
        # The mirror may have replaced packages since its lists were read.
        cache.say(f"once more with new package lists, because {error}")
        return _packaged(name, PACKAGED[name], fresh=True)


def _packaged(name: str, source: Packaged, fresh: bool) -> Kernel:
    suite = source.suite
    metapackage = f"linux-image-{source.metapackage}"
    image = suite.resolve(f"image-{name}", [metapackage], IMAGE_PACKAGE, fresh)
    version, package_version = _newest(image)
    # By version: a release's headers metapackage can be of another kernel than its images.
    headers = suite.resolve(f"headers-{name}", [f"linux-headers-{version}"], HEADERS_PACKAGE,
                            fresh)
    image.remove((metapackage, dict(image)[metapackage]))

    def make(folder: Path) -> None:
        cache.say(f"fetching kernel {name} ({version}, {package_version})")
        suite.fetch(image if source.foreign else image + headers, folder)
        _settle_modules(folder, version)
        if not source.foreign:
            _relocate_headers(folder, version)

    folder = cache.entry(f"kernel-{name}", f"{version}_{package_version}", make)
    kdir = f"/usr/src/linux-headers-{version}"
    root = ""
    if source.foreign:
        root = str(foreign.folder(suite, f"{version}_{package_version}", headers))
    images = [folder / f"boot/vmlinuz-{version}", folder / f"lib/modules/{version}/vmlinuz"]
    return Kernel(name=name, version=version, machine="q35", append="", modules=str(folder),
                  image=next(str(path) for path in images if path.exists()),
                  kdir=kdir if root else str(folder) + kdir, root=root)


def _debug() -> Kernel:
    folder = debugkernel.folder()
    (modules,) = (folder / "lib/modules").iterdir()
    append = ["reboot=t"]  # without ACPI, a microvm ends by a triple fault
    if khz := tsc.khz():
        append += [f"tsc_early_khz={khz}", "tsc=reliable"]
    return Kernel(name="debug", version=modules.name, image=str(folder / "boot/vmlinuz"),
                  modules=str(folder), machine="microvm,acpi=off", append=" ".join(append),
                  kdir=str(folder / "build"), root="")


def _newest(packages: list[tuple[str, str]]) -> tuple[str, str]:
    """(what uname -r will say, version of the package) of the image among PACKAGES."""
    for package, version in packages:
        found = re.fullmatch(r"linux-image-(\d+\.\d+\.\d.*)", package)
        if found:
            return found[1], version
    raise Missing(f"no kernel image is among {packages}")


def _settle_modules(folder: Path, version: str) -> None:
    """Modules under lib/, uncompressed, with their dependencies written down."""
    if not (folder / "lib").exists() and (folder / "usr/lib/modules").is_dir():
        (folder / "lib").symlink_to("usr/lib")
    tree = folder / "lib/modules" / version
    compressed = [str(path) for path in tree.rglob("*.ko.xz")]
    if compressed:
        subprocess.run(["xargs", "-0", "-n", "64", "-P", str(os.cpu_count()), "xz", "-d"],
                       input="\0".join(compressed), text=True, check=True)
    subprocess.run(["/sbin/depmod", "-b", str(folder), version], check=True)


def _relocate_headers(folder: Path, version: str) -> None:
    """The three absolute paths of a headers package, made relative."""
    headers = folder / f"usr/src/linux-headers-{version}"
    makefile = headers / "Makefile"
    text, changes = re.subn(r"^include /usr/src/", "include $(dir $(abspath $(lastword "
                            "$(MAKEFILE_LIST))))../", makefile.read_text(), flags=re.M)
    if changes != 1:
        raise Missing(f"the headers of {version} are laid out in a way that is new to us")
    makefile.write_text(text)
    for link in (folder / "lib/modules" / version).iterdir():
        if link.is_symlink():
            target = os.readlink(link)
            link.unlink()
            if (folder / target.lstrip("/")).exists():
                link.symlink_to(os.path.relpath(folder / target.lstrip("/"), link.parent.resolve()))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["list"]:
            print("\n".join(NAMES))
        case ["ensure", name]:
            try:
                kernel = ensure(name)
            except (Missing, subprocess.CalledProcessError) as error:
                print(f"kernels.py: {error}", file=sys.stderr)
                return 1
            for key, value in asdict(kernel).items():
                print(f"KERNEL_{key.upper()}={shlex.quote(value)}")
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
