"""A folder with another Debian release in it: that release's own compiler.

Modules have to be compiled by the compiler their kernel was compiled by. Such a
folder also holds the kernel's headers and dkms, so that installing there can be
tried; it is made by debootstrap, which needs root.
"""

import re
import shutil
import subprocess
from pathlib import Path

import cache
from cache import Missing
from debian import KEYRING, AptFailed, Suite, mirrors

IN_ROOT = str(Path(__file__).with_name("in-root"))
TOOLS = ["make", "gcc", "libc6-dev", "kmod", "dkms"]


def folder(suite: Suite, key: str, packages: list[tuple[str, str]]) -> Path:
    """The folder KEY with SUITE, TOOLS and (name, version) PACKAGES installed."""
    return cache.entry(f"root-{suite.name}", key, lambda path: _make(path, suite, packages))


def _make(path: Path, suite: Suite, packages: list[tuple[str, str]]) -> None:
    if not shutil.which("debootstrap", path="/usr/sbin:/usr/bin"):
        raise Missing("debootstrap is not installed")
    cache.say(f"making a folder with Debian {suite.name} and its compiler")
    include = ["ca-certificates"] if mirrors()[0].startswith("https:") else []
    _run(path, cache.as_root(
        "/usr/sbin/debootstrap", "--variant=minbase", f"--keyring={KEYRING}",
        *(f"--include={name}" for name in include), suite.name, str(path), mirrors()[0]))
    _write(path / "etc/apt/sources.list", suite.sources())
    _write(path / "etc/apt/apt.conf.d/90host", _host_network())
    apt = [IN_ROOT, str(path), "--as-root", "apt-get", "--quiet", "--yes"]
    _run(path, [*apt, "update"])
    _run(path, [*apt, "install", "--no-install-recommends", *TOOLS,
                *(f"{name}={version}" for name, version in packages)])
    _run(path, [*apt, "clean"])
    _log(path).unlink()


def _host_network() -> str:
    """How this machine reaches its mirror."""
    dump = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True)
    wanted = re.compile(r"Acquire::(https?::Proxy|Check-)", re.I)
    return "".join(f"{line}\n" for line in dump.stdout.splitlines() if wanted.match(line))


def _write(path: Path, text: str) -> None:
    subprocess.run(cache.as_root("tee", str(path)), input=text, text=True, check=True,
                   stdout=subprocess.DEVNULL)


def _log(path: Path) -> Path:
    return path.with_suffix(".log")


def _run(path: Path, command: list[str]) -> None:
    log = _log(path)
    with open(log, "a", encoding="utf-8") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise AptFailed(f"{' '.join(command)} failed:\n{tail}")
