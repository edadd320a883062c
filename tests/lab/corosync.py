"""Corosync for VMs, as Debian 12 ships it: unpacked, not installed; and what its
nodes are told."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import cache
from debian import BOOKWORM

PROGRAMS = ("corosync", "corosync-cfgtool", "corosync-cmapctl", "corosync-quorumtool",
            "corosync-cpgtool")
# What it loads by name when it is told to: how frames travel, and how they are kept secret.
PLUGINS = ("kronosnet/crypto_openssl.so",)
PACKAGES = ["corosync", "libknet1", "libstatgrab10"]
LIBRARIES = r"lib(?!c6$|gcc)"
LIBRARY = "usr/lib/x86_64-linux-gnu"
IN_GUEST = "/lab/corosync"


@dataclass(frozen=True)
class Times:
    """In milliseconds, as in corosync.conf."""

    token: int = 500  # until a machine that is silent counts as lost
    consensus: int = 600  # until those that are left agree on who they are
    transport: str = "knet"

    @property
    def retransmits(self):
        """Corosync wants more than 30 ms for each, and takes no more than 10."""
        return min(self.token // 31, 10)


RECOMMENDED = Times()
# knet's threads take an emulated machine with one processor so long that it loses tokens
# of this pace, and then again and again by finding out who is left.
FAST = Times(token=100, consensus=120, transport="udpu")


def files():
    """(guest path, host path) pairs: what a Corosync in a VM needs."""
    packages = BOOKWORM.resolve("corosync", PACKAGES, LIBRARIES)
    version = dict(packages)["corosync"].replace(":", "_")
    folder = cache.entry("corosync", version, lambda into: BOOKWORM.fetch(packages, into))
    programs = [folder / "usr/sbin" / name for name in PROGRAMS]
    plugins = [folder / LIBRARY / name for name in PLUGINS]
    return [*((f"{IN_GUEST}/{program.name}", program) for program in programs),
            *((f"/{LIBRARY}/{name}", plugin) for name, plugin in zip(PLUGINS, plugins)),
            *((f"{IN_GUEST}/lib/{library.name}", library)
              for library in _libraries([*programs, *plugins], folder))]


def _libraries(wanting, folder):
    where = {path.parent for path in folder.glob("**/*.so*")}
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(map(str, where)))}
    run = subprocess.run(["ldd", *map(str, wanting)], env=environment, capture_output=True,
                         text=True, check=True)
    if lost := sorted(set(re.findall(r"(\S+) => not found", run.stdout))):
        raise cache.Missing(f"corosync wants {' '.join(lost)}")
    found = sorted(set(re.findall(r"=> (/\S+) \(0x", run.stdout)))
    return [Path(path) for path in found if not re.search(r"/lib(c|m)\.so", path)]


def conf(nodes, times=RECOMMENDED, key=None):
    """corosync.conf for {name: address}, numbered from 1; with a key they encrypt (knet)."""
    secret = ("    crypto_model: openssl\n    crypto_cipher: aes256\n    crypto_hash: sha256\n"
              f"    keyfile: {key}\n") if key else ""
    # A link that knet takes for down loses the token: it shall not be the first to doubt.
    link = f"""    interface {{
        linknumber: 0
        knet_ping_interval: {max(times.token // 5, 100)}
        knet_ping_timeout: {max(times.token, 400)}
        knet_pong_count: 1
    }}
""" if times.transport == "knet" else ""
    listed = "".join(
        f"    node {{\n        name: {name}\n        nodeid: {number}\n"
        f"        ring0_addr: {address}\n    }}\n"
        for number, (name, address) in enumerate(nodes.items(), 1))
    return f"""totem {{
    version: 2
    cluster_name: lab
    transport: {times.transport}
    token: {times.token}
    token_coefficient: 0
    consensus: {times.consensus}
    token_retransmits_before_loss_const: {times.retransmits}
{secret}{link}}}
nodelist {{
{listed}}}
quorum {{
    provider: corosync_votequorum
}}
system {{
    allow_knet_handle_fallback: yes
}}
logging {{
    to_stderr: yes
    to_syslog: no
    timestamp: hires
}}
"""


ENVIRONMENT = f"LD_LIBRARY_PATH={IN_GUEST}/lib PATH=$PATH:{IN_GUEST}"


def start(machine, text, key=b""):
    """Starts it; the job that runs it says what it has to say."""
    machine.check("mkdir -p /etc/corosync /var/lib/corosync /var/log/corosync /dev/shm && "
                  "{ mountpoint -q /dev/shm || mount -t tmpfs none /dev/shm; } && "
                  "ip link set lo up")
    machine.put("/etc/corosync/corosync.conf", text.encode())
    if key:
        machine.put("/etc/corosync/authkey", key, 0o400)
    return machine.background(f"exec env {ENVIRONMENT} corosync -f")


def quorum(machine):
    """What its quorumtool says, which fails while there is none."""
    return machine.run(f"{ENVIRONMENT} corosync-quorumtool -s")[1]
