"""What the tests with several VMs share: a LAN, nodes on it, questions to a shared
address and who should have answered them, results as TAP."""

import collections
import contextlib
import ipaddress
import pathlib
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

# pylint: disable=wrong-import-position
import initramfs
import kernels
import klog
import lan
import nodes
import slots
import tap
import vm

ADDRESS = "192.168.0.10"
FILE = f"/proc/net/ipt_CLUSTERIP/{ADDRESS}"
# More addresses of the client: with sourceip they alone decide.
SOURCES = "192.168.0.128-192.168.0.191"
SOURCE_COUNT = 64
SOURCE_ROUTE = "192.168.0.128/26"
WEB, WEB2, UDP = 80, 8080, 5300
KINDS = {"tcp": (WEB, ""), "tcp again": (WEB2, ""), "udp": (UDP, "--udp"), "ping": (0, "--icmp")}
TCP_SECONDS = 15  # until a connection counts as unanswered: the machine may be busy
# All of this time is waited: who answers a datagram or a ping twice does so within it.
ECHO_SECONDS = 2.5
LIMIT = 900


class Stage:
    def __init__(self, name, stack):
        self.name = name
        self.folder = initramfs.BUILD / "test" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tap = None  # whoever plays it says where results go
        self.network = stack.enter_context(lan.Lan())
        self.connections = 0  # asked for, all in all
        self.servers = []
        self._stack = stack
        self._machines = []
        self._sport = 20000

    def result(self, good, description, trouble=""):
        self.tap.result(good, f"{self.name}: {description}")
        if not good:
            self.tap.diagnose(str(trouble))

    def machine(self, name, host, kernel="6.12", module="ours"):
        kernel = kernels.ensure(kernel)
        log = self.folder / f"console-{name}.log"
        log.unlink(missing_ok=True)
        self._machines.append(self._stack.enter_context(nodes.node(
            name, host, kernel, initramfs.build(kernel, module), self.network, log,
            limit=LIMIT, memory=256)))
        return self._machines[-1]

    def boot(self, *servers, client):
        """The servers say their names on all ports; the client has many addresses."""
        nodes.boot([*servers, client])
        self.servers, self._client = servers, client
        for server in servers:
            server.background(f"exec labnet serve --name {server.name} --tcp {WEB} --tcp {WEB2} "
                              f"--udp {UDP}")
            server.check(f"for i in $(seq 100); do ss -Hltn sport = {WEB2} | grep -q . && exit 0; "
                         "sleep 0.1; done; exit 1")
        client.check(f"ip route add local {SOURCE_ROUTE} dev eth0")

    def ask(self, kind, count, owners, mode, total=2, seed=0):
        """`owners`: who answers, by slot. No source port is ever used twice."""
        wrong, by = self.answers(kind, count, owners, mode, total, seed)
        told = " and ".join(f"{by[name]} by {name}" for name in sorted(set(owners.values())))
        self.result(not wrong and all(by[n] for n in owners.values()),
                    f"{mode}: {kind}: each of {count} answered once, by its slot's owner: {told}",
                    "\n".join([f"wrong are {len(wrong)} of {count}:", *wrong[:20]]))

    def answers(self, kind, count, owners, mode, total=2, seed=0):
        """As ask() does; returns what is wrong, and how many each node should have
        answered."""
        port, option = KINDS[kind]
        wait = TCP_SECONDS if not option else ECHO_SECONDS
        output = self._client.check(
            f"labnet ask {ADDRESS} {port or ''} {option} --count {count} --source {SOURCES} "
            f"--sport {self._sport} --timeout {wait * 1000:.0f} --parallel 32", timeout=120)
        self._sport += count // SOURCE_COUNT + 1
        self.connections += 0 if option else count
        names = {nodes.mac(server.host): server.name for server in self.servers}
        lines = output.splitlines()
        wrong, by = ["?"] * (count - len(lines)), collections.Counter()
        for line in lines:
            source, source_port, *answers = line.split()
            slot = slots.slot(mode, total, source, int(source_port) if port else 0, port, seed)
            by[owners[slot]] += 1
            if [names.get(answer, answer) for answer in answers] != [owners[slot]]:
                wrong.append(f"{line}: slot {slot} is of {owners[slot]}")
        return wrong, by

    def one_answers(self, recording):
        """The client would not tell of a second SYN-ACK or a stray reset; the wire does."""
        spoke, shared = collections.defaultdict(set), ipaddress.IPv4Address(ADDRESS).packed
        for frame in lan.frames(recording):
            ip = frame[14:]
            if frame[12:14] == b"\x08\x00" and ip[9] == socket.IPPROTO_TCP and ip[12:16] == shared:
                ports = ip[(ip[0] & 15) * 4:][:4]
                spoke[ip[16:20] + ports].add(frame[6:12])
        both = [flow.hex() for flow, speakers in spoke.items() if len(speakers) > 1]
        self.result(len(spoke) == self.connections and not both,
                    f"on the wire, each of {len(spoke)} TCP connections met one node only",
                    f"{self.connections} were made; two nodes spoke to {both[:20]}")

    def kernels_are_calm(self):
        for machine in self._machines:
            complaints = klog.Console(machine.log).complaints(0)
            self.result(not complaints, f"{machine.name}: the kernel does not complain",
                        complaints)


def tell(server, *commands):
    for command in commands:
        server.check(f'echo "{command}" >> {FILE}')


def play(name, story, make=Stage):
    """Runs story(make(name, stack)); returns the exit status. No VM is left in any case."""
    return play_all({name: story}, make)


def play_all(stories, make):
    """One after the other, each on a stage of its own; what breaks one ends only that."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    writer = tap.Writer(sys.stdout)
    try:
        for name, story in stories.items():
            _play_one(name, story, make, writer)
    finally:
        writer.finish()
    return 1 if writer.failed else 0


def _play_one(name, story, make, writer):
    with contextlib.ExitStack() as stack:
        stage = make(name, stack)
        stage.tap = writer
        try:
            story(stage)
        except (vm.VmError, initramfs.Missing, kernels.Missing,
                subprocess.CalledProcessError) as error:
            stage.result(False, "goes on to its end", error)
