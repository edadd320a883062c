"""The kernel that looks for our mistakes: built here from Debian's source.

What is in it is said by tests/kunit/*.config. From the build, the image, its
modules and what compiling against it needs are kept.
"""

import hashlib
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import cache
from cache import Missing
from debian import BOOKWORM

SOURCE_PACKAGE = "linux-source-6.12"
FRAGMENTS = Path(__file__).parents[1] / "kunit"
REVISION = "1"  # to change when the same inputs should give another result
NEEDED = ["gcc", "make", "flex", "bison", "bc"]

# With fixed names in it, the same inputs give the same kernel.
BUILD_VARIABLES = ["KBUILD_BUILD_USER=nfcluster", "KBUILD_BUILD_HOST=nfcluster",
                   "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970"]
# The whole source fills 1.7 GB; these are what no Makefile and no Kconfig names.
LEFT_OUT = ["*/drivers/gpu/drm/amd/include", "*/tools/testing", "*/tools/perf",
            "*/Documentation/translations", "*/arch/*/boot/dts"]


def folder() -> Path:
    """A folder with boot/vmlinuz, lib/modules/ and build/, the tree for modules."""
    config = wanted_config()
    packages, version = _package()
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        raise Missing(f"the debug kernel cannot be built without {', '.join(missing)}")
    compiler = subprocess.run(["gcc", "--version"], check=True, capture_output=True,
                              text=True).stdout.splitlines()[0]
    inputs = "\0".join([config, version, compiler, REVISION])
    key = f"{version}-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}"
    return cache.entry("kernel-debug", key, lambda path: _make(path, packages, config))


def scripts() -> Path:
    """The scripts/ of the same source: checkpatch.pl and what it reads."""
    packages, version = _package()

    def make(path: Path) -> None:
        tree = _source(path, packages, f"{SOURCE_PACKAGE}/scripts")
        (tree / "scripts").rename(path / "scripts")
        cache.remove(tree)

    return cache.entry("kernel-scripts", version, make) / "scripts"


def _package() -> tuple[list[tuple[str, str]], str]:
    packages = BOOKWORM.resolve("source-6.12", [SOURCE_PACKAGE], "$.")
    return packages, dict(packages)[SOURCE_PACKAGE]


def wanted_config() -> str:
    """Our fragments, joined."""
    lines = []
    for path in sorted(FRAGMENTS.glob("*.config")):
        lines += [line for line in path.read_text().splitlines() if line.startswith("CONFIG_")]
    return "\n".join(lines) + "\n"


def _make(path: Path, packages: list[tuple[str, str]], config: str) -> None:
    tree = _source(path, packages)
    _configure(tree, config)
    _build(tree)
    make = ["make", "-s", "-C", str(tree), *BUILD_VARIABLES]
    subprocess.run([*make, f"INSTALL_MOD_PATH={path}", "modules_install"], check=True,
                   stdout=subprocess.DEVNULL)
    (path / "boot").mkdir()
    shutil.copy(tree / "arch/x86/boot/bzImage", path / "boot/vmlinuz")
    _keep_for_modules(tree, path / "build")
    cache.remove(tree)
    for link in path.glob("lib/modules/*/build"):
        link.unlink()
        link.symlink_to("../../../build")
    for link in path.glob("lib/modules/*/source"):
        link.unlink()


def _source(path: Path, packages: list[tuple[str, str]], *members: str) -> Path:
    """The kernel's source, or only some MEMBERS of it."""
    cache.say(f"fetching {SOURCE_PACKAGE} ({packages[0][1]})")
    BOOKWORM.fetch(packages, path / "package")
    (archive,) = path.glob(f"package/usr/src/{SOURCE_PACKAGE}.tar.xz")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(path),
                    *(f"--exclude={name}" for name in LEFT_OUT), *members], check=True)
    cache.remove(path / "package")
    return path / SOURCE_PACKAGE


def _configure(tree: Path, config: str) -> None:
    fragment = tree / "nfcluster.config"
    fragment.write_text(config)
    subprocess.run(["make", "-s", "-C", str(tree), f"KCONFIG_ALLCONFIG={fragment}",
                    "allnoconfig"], check=True, stdout=subprocess.DEVNULL)
    # Kconfig drops in silence what it cannot grant; a test that then cannot fail is worse.
    have = dict(line.split("=", 1) for line in (tree / ".config").read_text().splitlines()
                if line.startswith("CONFIG_"))
    refused = [line for line in config.splitlines()
               if have.get(line.split("=", 1)[0], "n") != line.split("=", 1)[1]]
    if refused:
        raise Missing(f"the debug kernel's configuration refuses {', '.join(refused)}")


def _build(tree: Path) -> None:
    log = cache.folder() / "debug-kernel.log"
    environment = dict(os.environ)
    compiler = "gcc"
    if shutil.which("ccache"):
        compiler = "ccache gcc"
        environment |= {"CCACHE_DIR": str(cache.folder() / "ccache"), "CCACHE_MAXSIZE": "500M"}
    command = ["make", "-C", str(tree), f"-j{os.cpu_count()}",
               f"CC={compiler}", f"HOSTCC={compiler}", *BUILD_VARIABLES, "bzImage", "modules"]
    cache.say("building the debug kernel: once, 4 to 12 minutes on two processors")
    began = told = time.monotonic()
    objects = 0
    with open(log, "w", encoding="utf-8") as output, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=environment) as build:
        for line in build.stdout:
            output.write(line)
            objects += bool(re.match(r"  (CC|AS) ", line))
            if time.monotonic() - told > 30:
                told = time.monotonic()
                cache.say(f"debug kernel: {objects} files compiled in {told - began:.0f} s")
    if build.returncode:
        raise Missing(f"the debug kernel does not build: see {log}")


def _keep_for_modules(tree: Path, kept: Path) -> None:
    """The part of a built tree that external modules are compiled with."""
    subprocess.run(
        ["rsync", "-a", "--prune-empty-dirs",
         "--include=/arch/", "--include=/arch/x86/", "--exclude=/arch/*", "--exclude=/arch/x86/boot/",
         "--exclude=/Documentation/", "--exclude=/drivers/", "--exclude=/sound/", "--exclude=/fs/",
         "--include=/tools/", "--include=/tools/objtool/", "--include=/tools/objtool/objtool",
         "--exclude=/tools/**",
         "--include=/scripts/***", "--include=/include/***",
         "--include=*/", "--include=Makefile*", "--include=Kbuild*", "--include=*.h",
         "--include=/.config", "--include=/Module.symvers", "--include=/System.map",
         "--include=*.lds", "--exclude=*", f"{tree}/", f"{kept}/"], check=True)
