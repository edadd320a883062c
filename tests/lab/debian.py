"""Debian's releases as a source of packages that are unpacked, not installed.

Each release has its own package lists in the cache, so that neither the host's
release nor the state of its own lists matters, and nothing here needs root.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

import cache
from cache import Missing

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LISTS_ARE_FRESH = 24 * 3600  # seconds until the mirror is asked for newer packages
JUST_NOW = 600  # one question for several kernels of a release


class AptFailed(Missing):
    """apt did not bring what was asked for; with newer package lists it may."""


@once
def mirrors() -> tuple[str, str]:
    """(main archive, security archive) that this machine's apt uses."""
    if os.environ.get("NFCLUSTER_MIRROR"):
        main = os.environ["NFCLUSTER_MIRROR"].rstrip("/")
        return main, os.environ.get("NFCLUSTER_MIRROR_SECURITY", f"{main}-security").rstrip("/")
    release = _os_release().get("VERSION_CODENAME", "")
    # Without release info: that would need the host's lists, which an image may have dropped.
    targets = subprocess.run(
        ["apt-get", "indextargets", "--no-release-info", "--format", "$(SITE) $(RELEASE)",
         "Created-By: Packages"], check=True, capture_output=True, text=True).stdout
    sites = [line.split() for line in targets.splitlines()]

    def most_frequent(suffix: str) -> str:
        names = {release + suffix, "stable" + suffix, "oldstable" + suffix}
        found = Counter(site for site, suite in sites if suite in names)
        return found.most_common(1)[0][0] if found else ""

    main = most_frequent("")
    if not main:
        raise Missing(f"apt knows no Debian mirror for {release}: set NFCLUSTER_MIRROR to one")
    return main, most_frequent("-security") or f"{main}-security"


def _os_release() -> dict[str, str]:
    lines = Path("/etc/os-release").read_text().splitlines()
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    depends: tuple[str, ...]  # names; of alternatives the first


@dataclass(frozen=True)
class Suite:
    """One Debian release."""

    name: str
    security: bool = True
    archived: bool = False  # its lists carry a date that has passed, and stay as they are

    def sources(self) -> str:
        """What its sources.list says."""
        main, security = mirrors()
        options = f"signed-by={KEYRING}" + (" check-valid-until=no" if self.archived else "")
        lines = [f"deb [{options}] {main} {self.name} main"]
        if self.security:
            lines.append(f"deb [{options}] {security} {self.name}-security main")
        return "\n".join(lines) + "\n"

    def _folder(self) -> Path:
        return cache.folder() / "apt" / self.name

    def _apt(self, *command: str, cwd: Path | None = None) -> str:
        home = self._folder()
        options = {
            "Dir::State": home, "Dir::State::lists": home / "lists", "Dir::Cache": home / "cache",
            "Dir::Etc::sourcelist": home / "sources.list", "Dir::Etc::sourceparts": home / "none",
            "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": home / "none",
            "APT::Default-Release": "",
            "APT::Sandbox::User": "root",  # its own user may not reach the cache
            "APT::Update::Post-Invoke-Success": "", "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        line = [command[0]]
        for key, value in options.items():
            line += ["-o", f"{key}={value}"]
        done = subprocess.run(line + list(command[1:]), cwd=cwd, capture_output=True, text=True)
        if done.returncode:
            raise AptFailed(f"{' '.join(command)} for {self.name}:\n{done.stderr.strip()}")
        return done.stdout

    def update(self) -> None:
        """Fetch the package lists."""
        home = self._folder()
        for name in ("lists/partial", "cache/archives/partial", "none"):
            (home / name).mkdir(parents=True, exist_ok=True)
        (home / "sources.list").write_text(self.sources())
        cache.say(f"asking the mirror for {self.name}'s packages")
        self._apt("apt-get", "--quiet", "--error-on=any", "update")
        (home / "updated").touch()

    def _lists_age(self) -> float:
        stamp = self._folder() / "updated"
        return time.time() - stamp.stat().st_mtime if stamp.exists() else float("inf")

    def show(self, *names: str) -> list[Package]:
        """The newest version of each package; one that does not exist is left out."""
        text = self._apt("apt-cache", "--quiet", "show", "--no-all-versions", *names)
        packages = []
        for stanza in text.strip().split("\n\n"):
            field = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.M))
            depends = re.findall(r"(?:^|,)\s*([^\s,:(|]+)", field.get("Depends", ""))
            packages.append(Package(field["Package"], field["Version"], tuple(depends)))
        return packages

    def resolve(self, key: str, roots: list[str], follow: str,
                fresh: bool = False) -> list[tuple[str, str]]:
        """(name, version) of ROOTS and of all they depend on that matches FOLLOW.

        The answer is kept under KEY and asked anew once a day, or now if it must
        be FRESH; without a network the last answer holds.
        """
        kept = self._folder() / f"{key}.json"
        question = [roots, follow]
        with cache.locked(f"apt-{self.name}"):
            answer = json.loads(kept.read_text()) if kept.exists() else {}
            if answer.get("question") != question:
                answer = {}
            if fresh or not answer or time.time() - answer["time"] > LISTS_ARE_FRESH:
                try:
                    if fresh or self._lists_age() > JUST_NOW:
                        self.update()
                    answer = {"question": question, "time": time.time(),
                              "packages": self._resolve_now(roots, follow)}
                except Missing as error:
                    if not answer:
                        raise
                    cache.say(f"using what is cached, because {error}")
                else:
                    kept.write_text(json.dumps(answer))
        return [(name, version) for name, version in answer["packages"]]

    def _resolve_now(self, roots: list[str], follow: str) -> list[tuple[str, str]]:
        found: dict[str, Package] = {}
        wanted = roots
        while wanted:
            found.update((package.name, package) for package in self.show(*wanted))
            absent = [name for name in wanted if name not in found]
            if absent:
                raise Missing(f"{self.name} has no package {', '.join(absent)}")
            wanted = sorted({name for package in found.values() for name in package.depends
                             if re.match(follow, name) and name not in found})
        return sorted((package.name, package.version) for package in found.values())

    def fetch(self, packages: list[tuple[str, str]], into: Path) -> None:
        """Unpack packages into a folder; nothing is installed."""
        debs = into / ".debs"
        debs.mkdir(parents=True)
        names = [f"{name}={version}" for name, version in packages]
        self._apt("apt-get", "--quiet", "download", *names, cwd=debs)
        for deb in sorted(debs.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", str(deb), str(into)], check=True)
        shutil.rmtree(debs)


BOOKWORM = Suite("bookworm")
BOOKWORM_BACKPORTS = Suite("bookworm-backports", security=False)
BULLSEYE = Suite("bullseye", archived=True)
SID = Suite("sid", security=False)
