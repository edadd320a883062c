"""Real servers for scenarios that balance between some, the systemd that starts our
daemon, and the Corosync that it asks: unpacked, not installed, because an installed one would begin to serve on
this machine."""

import os
import subprocess
from pathlib import Path

import cache
import corosync
from debian import BOOKWORM, AptFailed

# The libraries are those that nothing else in the lab needs.
PACKAGES = ("nginx", "opensmtpd", "libevent-2.1-7", "libdb5.3",
            "systemd", "libsystemd-shared", "libapparmor1")
PROGRAMS = {  # where they are in the package: in the VM, where sbin is bin
    "usr/sbin/nginx": "usr/bin/nginx",
    "usr/sbin/smtpd": "usr/bin/smtpd",
    "usr/sbin/smtpctl": "usr/bin/smtpctl",
    "usr/libexec/opensmtpd/mail.maildir": "usr/libexec/opensmtpd/mail.maildir",
    "lib/systemd/systemd": "usr/lib/systemd/systemd",
    "bin/systemctl": "usr/bin/systemctl",
}
LIBRARIES = "usr/lib/x86_64-linux-gnu"
OURS = Path(__file__).parents[2] / "packaging/systemd"
UNITS = "usr/lib/systemd/system"


def folder() -> Path:
    """Where they are unpacked."""
    try:
        return _fetched(fresh=False)
    except AptFailed as error:
        # The mirror may have replaced packages since its lists were read.
        cache.say(f"once more with new package lists, because {error}")
        return _fetched(fresh=True)


def _fetched(fresh: bool) -> Path:
    packages = BOOKWORM.resolve("servers", list(PACKAGES), "$^", fresh)
    key = "_".join(version.replace("/", "-") for _, version in packages)

    def make(path: Path) -> None:
        cache.say("fetching " + " ".join(f"{name} {version}" for name, version in packages))
        BOOKWORM.fetch(packages, path)

    return cache.entry("servers", key, make)


def add(archive) -> None:
    """The programs, their libraries, and the users and folders that they want."""
    home = folder()
    for name, guest in PROGRAMS.items():
        archive.file(guest, (home / name).read_bytes(), 0o755)
    own = [home / LIBRARIES, home / LIBRARIES / "systemd"]
    for library in _libraries([home / name for name in PROGRAMS], own):
        archive.file(f"{LIBRARIES}/{library.name}", library.read_bytes(), 0o755)
    for path, file in corosync.files():
        archive.file(path.lstrip("/"), file.read_bytes(), 0o755)
    archive.directory("var/lib/opensmtpd/empty")
    archive.directory("var/spool/smtpd")
    archive.directory("var/lib/nginx")
    archive.directory("var/log/nginx")
    for unit in (*(home / "lib/systemd/system").glob("*.target"), *OURS.glob("*.service")):
        archive.file(f"{UNITS}/{unit.name}", unit.read_bytes())


def _libraries(programs: list[Path], own: list[Path]) -> list[Path]:
    run = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True,
                         env=os.environ | {"LD_LIBRARY_PATH": ":".join(map(str, own))})
    if lost := [line.split()[0] for line in run.stdout.splitlines() if "not found" in line]:
        raise cache.Missing("libraries not found: " + " ".join(sorted(set(lost))))
    found = {line.split("=> ")[1].split(" (")[0] for line in run.stdout.splitlines() if "=> /" in line}
    return [Path(name) for name in sorted(found)]
