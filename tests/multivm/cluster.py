"""Several nodes of one shared address and a client, on a LAN that can be disturbed:
what the tests of failover share."""

import pathlib
import threading
import time

from stage import Stage  # first: it says where the lab is
import corosync
import initramfs
import kernels
import nodes
import vm

MEMORY = 320
LIMIT = 1500


class Talker:
    """A job in a VM that goes on talking: its lines, each with the time it came."""

    def __init__(self, machine, command):
        self.lines = []  # (seconds, line)
        self._rest = b""
        self._changed = threading.Condition()
        self.job = machine.background(command, self._received)

    def _received(self, data):
        now = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        with self._changed:
            self.lines += [(now, line.decode(errors="replace")) for line in lines]
            self._changed.notify_all()

    def wait_for(self, wanted, timeout, since=0):
        """When the first line came that is so, from that time on; None: none did."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for when, line in self.lines[seen:]:
                    if when >= since and wanted(line):
                        return when
                seen = len(self.lines)
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)


class Cluster(Stage):
    """`servers`: name to host number."""

    def __init__(self, name, stack, servers, extra=()):
        super().__init__(name, stack)
        kernel = kernels.ensure("6.12")
        image = initramfs.build(kernel, "ours", tuple(extra))
        self.machines = {}
        for machine, host in (*servers.items(), ("client", nodes.CLIENT)):
            log = self.folder / f"console-{machine}.log"
            log.unlink(missing_ok=True)
            self.machines[machine] = stack.enter_context(nodes.node(
                machine, host, kernel, image, self.network, log, limit=LIMIT, memory=MEMORY))
        self.client = self.machines["client"]
        self.servers = [self.machines[machine] for machine in servers]
        self._machines = list(self.machines.values())

    def address(self, name):
        return f"{nodes.NETWORK}.{self.machines[name].host}"

    def start_corosync(self, times=corosync.RECOMMENDED, key=b"", only=None):
        """On all servers, or on ONLY these: it knows all in any case."""
        text = corosync.conf({server.name: self.address(server.name) for server in self.servers},
                             times, "/etc/corosync/authkey" if key else None)
        return {server.name: corosync.start(server, text, key)
                for server in self.servers if only is None or server.name in only}


def until(state, timeout, what):
    """Waits until state() is true; returns it."""
    deadline = time.monotonic() + timeout
    while not (got := state()):
        if time.monotonic() > deadline:
            raise vm.VmError(f"not within {timeout:g} s: {what}")
        time.sleep(0.1)
    return got
