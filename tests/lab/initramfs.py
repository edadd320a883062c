#!/usr/bin/python3
"""Builds what a VM boots into, from the machine's own packages.

Three archives are joined: programs, kernel modules, and the project's own
files. The first two are cached by what they are made from, so that a rebuild
after an edit takes a moment.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import cache
import servers
from cache import Missing
from cpio import Cpio

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / os.environ.get("BUILD", "build")

PROGRAMS = {  # program: other names it goes by in the VM
    "busybox": (),
    "bash": (),
    "kmod": ("modprobe", "insmod", "rmmod", "lsmod", "modinfo", "depmod"),
    # The scenarios say `iptables` as an administrator of CLUSTERIP does: legacy.
    "xtables-legacy-multi": tuple(
        f"{family}tables{back_end}{what}" for family in ("ip", "ip6")
        for back_end in ("", "-legacy") for what in ("", "-save", "-restore")),
    "xtables-nft-multi": tuple(
        f"{family}tables-nft{what}" for family in ("ip", "ip6")
        for what in ("", "-save", "-restore")) + ("iptables-translate", "ip6tables-translate"),
    "nft": (),
    "ip": (),
    "ss": (),
    "tc": (),
    "bridge": (),
    "conntrack": (),
    "ipvsadm": (),
    "tcpdump": (),
    "curl": (),
}
FILES = ("/etc/protocols", "/etc/services", "/etc/ethertypes")
XTABLES_DIR = "/usr/lib/x86_64-linux-gnu/xtables"

# Whole folders and single modules, relative to kernel/; what a kernel has built
# in, or does not have, is left out.
MODULES = (
    "net/netfilter/", "net/ipv4/", "net/ipv6/", "net/bridge/", "net/8021q/",
    "net/802/", "net/llc/", "net/packet/", "net/core/", "net/sched/sch_netem",
    "net/sched/sch_ingress", "net/sched/act_mirred", "net/sched/cls_matchall",
    "drivers/net/veth", "drivers/net/dummy", "drivers/net/macvlan", "drivers/net/tun",
    "drivers/net/ifb", "drivers/net/virtio_net",
    "drivers/net/net_failover", "drivers/virtio/", "drivers/char/virtio_console",
    "drivers/char/hw_random/virtio-rng", "arch/x86/crypto/crc32c-intel",
    "crypto/crc32c_generic", "fs/fuse/fuse",
)
LEFT_OUT = ("net/netfilter/ipset/", "net/bridge/netfilter/", "net/ipv6/ila/", "net/ipv4/tcp_")
BUT = ("net/ipv4/tcp_diag.ko",)  # by which sockets are listed


def build(kernel, module="ours", extra=(), with_servers=False):
    """Returns the path of the initramfs for `kernel`.

    `module` is what is under test: "ours" brings build/kmod/<version>/, "intree"
    leaves it out. `extra` are (guest path, host path) pairs. `with_servers` brings
    what servers.py has.
    """
    ours = []
    if module == "ours":
        ours = sorted((BUILD / "kmod" / kernel.version).glob("*.ko"))
        if not ours:
            raise Missing(f"no modules for {kernel.version}: make modules KERNEL={kernel.name}")
    # Two runs at a time may want different things: each has its own name.
    mark = hashlib.sha256(repr(extra).encode()).hexdigest()[:8] if extra else "plain"
    if with_servers:
        mark += "-servers"
    target = BUILD / "lab" / f"initramfs-{kernel.name}-{module}-{mark}.cpio"
    target.parent.mkdir(parents=True, exist_ok=True)
    pieces = [_programs(), _modules(kernel, ours), _project(extra, with_servers), Cpio.end()]
    _write(target, pieces)
    return target


def _write(target, pieces):
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        for piece in pieces:
            file.write(piece)
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)


def _cached(kind, inputs, make):
    """The bytes make() gave last time for the same inputs, this file included."""
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for item in inputs:
        digest.update(repr(item).encode() + b"\0")
    path = cache.folder() / "initramfs" / f"{kind}-{digest.hexdigest()[:24]}.cpio"
    try:
        os.utime(path)
        return path.read_bytes()
    except FileNotFoundError:
        pass
    content = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, [content])
    by_age = sorted(path.parent.glob(f"{kind}-*.cpio"), key=lambda old: old.stat().st_mtime)
    for old in by_age[:-8]:
        old.unlink(missing_ok=True)
    return content


def _stamp(path):
    status = os.stat(path)
    return str(path), status.st_size, status.st_mtime_ns


def _programs():
    found, missing = {}, []
    for name in PROGRAMS:
        path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if path:
            found[name] = os.path.realpath(path)
        else:
            missing.append(name)
    if missing:
        raise Missing("not installed: " + " ".join(missing))
    # Libraries change only together with the loader's cache.
    inputs = [_stamp(path) for path in (*found.values(), XTABLES_DIR, "/etc/ld.so.cache")]
    return _cached("programs", inputs, lambda: _make_programs(found))


def _make_programs(found):
    archive = Cpio()
    for link in ("bin", "sbin", "lib", "lib64"):
        archive.symlink(link, f"usr/{link}")
    for folder in ("dev", "proc", "sys", "run", "tmp", "root", "lab", "var", "usr/bin"):
        archive.directory(folder)
    archive.symlink("usr/sbin", "bin")  # where the kernel looks for modprobe
    archive.symlink("var/run", "../run")
    archive.symlink("var/tmp", "../tmp")
    archive.device("dev/console", 5, 1)
    archive.device("dev/null", 1, 3)
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n"
                 b"tcpdump:x:100:65534::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n"
                 b"opensmtpd:x:101:101::/var/lib/opensmtpd/empty:/bin/false\n"
                 b"opensmtpq:x:102:102::/var/lib/opensmtpd/empty:/bin/false\n")
    archive.file("etc/group", b"root:x:0:\nopensmtpd:x:101:\nopensmtpq:x:102:\n"
                 b"nogroup:x:65534:\n")
    archive.file("etc/hosts", b"127.0.0.1 localhost\n")
    archive.file("etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files\n")
    for path in FILES:
        if os.path.exists(path):
            archive.file(path, pathlib.Path(path).read_bytes())

    # A static busybox serves every name that no real program takes.
    taken = {"busybox"}
    for name, path in found.items():
        archive.file(f"usr/bin/{name}", pathlib.Path(path).read_bytes(), 0o755)
        for alias in PROGRAMS[name]:
            archive.symlink(f"usr/bin/{alias}", name)
        taken.update((name, *PROGRAMS[name]))
    applets = subprocess.run([found["busybox"], "--list"], capture_output=True, text=True, check=True)
    for applet in sorted(set(applets.stdout.split()) - taken):
        archive.symlink(f"usr/bin/{applet}", "busybox")

    plugins = sorted(pathlib.Path(XTABLES_DIR).glob("*.so"))
    for plugin in plugins:
        if plugin.is_symlink():
            archive.symlink(str(plugin), os.readlink(plugin))
        else:
            archive.file(str(plugin), plugin.read_bytes(), 0o755)
    _add_libraries(archive, [*found.values(), *plugins])
    return archive.bytes()


def _add_libraries(archive, files):
    for library in sorted(_libraries(files)):
        path = re.sub(r"^/(lib|lib64)/", r"/usr/\1/", library)
        archive.file(path, pathlib.Path(library).read_bytes(), 0o755)


def _libraries(files):
    """Everything the loader would load for these files."""
    run = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True)
    lost = re.findall(r"(\S+) => not found", run.stdout)
    if lost:
        raise Missing("libraries not found: " + " ".join(sorted(set(lost))))
    return set(re.findall(r"(?:=> |^\s+)(/\S+) \(0x", run.stdout, re.MULTILINE))


def _modules(kernel, ours):
    tree = pathlib.Path(kernel.modules) / "lib/modules" / kernel.version
    inputs = [_stamp(tree), kernel.version]
    inputs += [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in ours]
    return _cached(f"modules-{kernel.name}", inputs, lambda: _make_modules(tree, kernel.version, ours))


def _make_modules(tree, version, ours):
    available = {_module_name(path): path for path in tree.glob("kernel/**/*.ko")}
    wanted = [name for name, path in available.items()
              if _matches(str(path.relative_to(tree / "kernel")))]
    contents = {}
    while wanted:
        name = wanted.pop()
        if name in contents or name not in available:
            continue
        contents[name] = available[name].read_bytes()
        wanted += _dependencies(contents[name])
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder) / "lib/modules" / version
        for name, content in contents.items():
            path = base / available[name].relative_to(tree)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (base / "updates").mkdir(parents=True)
        for path in ours:
            subprocess.run(["strip", "--strip-debug", "-o", base / "updates" / path.name, path],
                           check=True)
        for index in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            if (tree / index).exists():
                shutil.copy(tree / index, base)
            else:
                (base / index).touch()
        subprocess.run(["/sbin/depmod", "-b", folder, version], check=True)
        archive = Cpio()
        for path in sorted(base.rglob("*")):
            if path.is_file():
                archive.file("usr/" + str(path.relative_to(folder)), path.read_bytes())
        return archive.bytes()


def _module_name(path):
    return path.stem.replace("-", "_")


def _matches(path):
    if path.startswith(LEFT_OUT) and path not in BUT:
        return False
    return any(path.startswith(entry) if entry.endswith("/") else path == entry + ".ko"
               for entry in MODULES)


def _dependencies(content):
    """Names from the module's own .modinfo: no index is needed."""
    found = re.search(rb"\0depends=([^\0]*)\0", content)
    names = found.group(1).decode().split(",") if found else []
    for soft in re.findall(rb"\0softdep=(?:pre|post): ([^\0]*)\0", content):
        names += soft.decode().split()
    return [name.replace("-", "_") for name in names if name]


def _project(extra, with_servers):
    labnet = BUILD / "lab" / "labnet"
    labnet.parent.mkdir(parents=True, exist_ok=True)
    # Two runs that begin at once must not take each other's half-written program.
    subprocess.run(["flock", labnet.parent / ".labnet.lock", "make", "-s",
                    "-C", HERE / "labnet", f"OUT={labnet.parent}"],
                   check=True, stdout=sys.stderr)
    archive = Cpio()
    archive.file("usr/bin/labnet", labnet.read_bytes(), 0o755)
    archive.file("init", (HERE / "guest/init").read_bytes(), 0o755)
    for words in sorted((HERE / "guest").glob("*.sh")):
        archive.file(f"lab/{words.name}", words.read_bytes())
    archive.file("lab/reset", (HERE / "guest/reset").read_bytes(), 0o755)
    for plugin in sorted((BUILD / "xtables").glob("*.so")):
        archive.file(f"usr/lib/nfcluster-xtables/{plugin.name}", plugin.read_bytes(), 0o755)
    programs = [program for program in sorted((BUILD / "userspace").glob("nfcluster*"))
                if program.is_file() and os.access(program, os.X_OK)]
    for program in programs:
        archive.file(f"usr/bin/{program.name}", program.read_bytes(), 0o755)
    if programs:
        _add_libraries(archive, programs)
    if with_servers:
        servers.add(archive)
    for guest, host in extra:
        host = pathlib.Path(host)
        archive.file(guest, host.read_bytes(), host.stat().st_mode & 0o777)
    return archive.bytes()


def main():
    import kernels  # pylint: disable=import-outside-toplevel
    parser = argparse.ArgumentParser(description="build an initramfs and print its path")
    parser.add_argument("--kernel", default="6.12")
    parser.add_argument("--module", choices=("ours", "intree"), default="ours")
    arguments = parser.parse_args()
    try:
        print(build(kernels.ensure(arguments.kernel), arguments.module))
    except Missing as error:
        sys.exit(f"initramfs: {error}")


if __name__ == "__main__":
    main()
