"""Several nodes of one shared address, each with our daemon, and a client, on a LAN
that can be disturbed: what the tests of failover share."""

import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from stage import ADDRESS, Stage  # first: it says where the lab is
import corosync
import initramfs
import kernels
import nodes
import vm

SLOTS = 24
MODE = "sourceip-sourceport"
MEMORY = 512
LIMIT = 1700
BOOT = "/etc/nfcluster/up"
KEY = "/etc/corosync/authkey"
# --local-slots none: who answers what is the daemon's to say.
UP = f"""set -e
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:{initramfs.XTABLES_DIR}
iptables -t raw -A PREROUTING -j SHAREDIP --cluster-ip {ADDRESS} --cluster-dev eth0 \\
    --total-slots {SLOTS} --local-slots none --hashmode {MODE}
ip addr add {ADDRESS}/24 dev eth0
"""


def toml(value):
    """As TOML has it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[ {', '.join(map(toml, value))} ]"
    return json.dumps(value)


class Cluster(Stage):
    """`servers`: name to host number. `options`: of the cluster, in nfcluster.toml."""

    def __init__(self, name, stack, servers, extra=(), **options):
        super().__init__(name, stack)
        self.network.learns = True
        kernel = kernels.ensure("6.12")
        image = initramfs.build(kernel, "ours", (*corosync.files(), *extra))
        self.machines = {}
        for machine, host in (*servers.items(), ("client", nodes.CLIENT)):
            log = self.folder / f"console-{machine}.log"
            log.unlink(missing_ok=True)
            self.machines[machine] = stack.enter_context(nodes.node(
                machine, host, kernel, image, self.network, log, limit=LIMIT, memory=MEMORY))
        self.client = self.machines["client"]
        self.servers = [self.machines[machine] for machine in servers]
        self._machines = list(self.machines.values())
        self.options = options
        self.own = {}  # options of one node, by its name; "name": what it calls itself
        self.times = corosync.RECOMMENDED
        self.key = b""
        self.jobs = {}  # what runs on a node: (name, "service", "corosync" or "daemon")

    def address(self, name):
        return f"{nodes.NETWORK}.{self.machines[name].host}"

    def start(self):
        """Boots all, and starts what each runs."""
        nodes.boot(self._machines)
        # The client's ports are what slots are made of.
        self.client.check("echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range")
        for server in self.servers:
            self.serve(server.name)
            self.join(server.name)

    def boot_again(self, name):
        """One that was killed."""
        nodes.boot([self.machines[name]])
        self.serve(name)
        self.join(name)

    def serve(self, name):
        """The service, and the address without slots."""
        server = self.machines[name]
        self.start_service(name)
        server.check("mkdir -p /etc/nfcluster /run/nfcluster /var/lib/nfcluster")
        server.put(BOOT, self.up().encode(), 0o755)
        server.check(f"bash {BOOT}")

    def start_service(self, name):
        self.jobs[name, "service"] = self.machines[name].background(
            f"exec labnet serve --name {name} --tcp 80")

    def up(self):
        """What a node does at its start, before its daemon."""
        return UP

    def join(self, name):
        """Corosync, if the cluster has it, and our daemon."""
        if self.options.get("membership") == "corosync":
            self.start_corosync(name)
        self.configure(name)
        self.start_daemon(name)

    def start_corosync(self, name):
        addresses = {one.name: self.address(one.name) for one in self.servers}
        text = corosync.conf(addresses, self.times, KEY if self.key else None)
        self.jobs[name, "corosync"] = corosync.start(self.machines[name], text, self.key)

    def configure(self, name):
        self.machines[name].put("/etc/nfcluster/nfcluster.toml", self._config(name).encode())

    def join_by(self, membership):
        """All go over to it at once: whoever has no daemon for long is not waited for."""
        self.options["membership"] = membership
        for server in self.servers:
            self.configure(server.name)
        for server in self.servers:
            self.kill_daemon(server.name)
        for server in self.servers:
            self.start_daemon(server.name)

    def start_daemon(self, name):
        # The library of Corosync that it has is the machine's.
        self.jobs[name, "daemon"] = self.machines[name].background("exec nfclusterd")

    def kill_daemon(self, name):
        self.end(name, "daemon", signal.SIGKILL)

    def end(self, name, what, number=signal.SIGTERM):
        """One of its jobs."""
        self.jobs[name, what].kill(number)
        self.jobs[name, what].wait(20)

    def _config(self, name):
        cluster = {"address": ADDRESS, "interface": "eth0", "slots": SLOTS, "hashmode": MODE,
                   "manage": False,
                   "nodes": {one.name: {"address": self.address(one.name)} for one in self.servers},
                   "check": {"type": "tcp", "port": 80, "interval": "1s", "timeout": "1s",
                             "fall": 4, "rise": 1},
                   **self.options, **self.own.get(name, {})}
        called = cluster.pop("name", name)
        lines = "".join(f"{key} = {toml(value)}\n" for key, value in cluster.items())
        return f'[node]\nname = "{called}"\n\n[cluster.web]\n{lines}'

    def slots_of(self, name):
        """Those whose new flows it takes."""
        said = self.machines[name].check(f"cat /proc/net/ipt_CLUSTERIP/{ADDRESS}").strip()
        return {int(slot) for slot in re.findall(r"\d+", said)}

    def owned(self, *names):
        """The slots of each, asked side by side: a busy VM takes a second to answer."""
        with ThreadPoolExecutor(len(names)) as pool:
            return dict(zip(names, pool.map(self.slots_of, names)))

    def shares(self, *names):
        return self.shared(self.owned(*names))

    def shared(self, own):
        """How many slots each of them has, if each slot is of one of them, and the
        others' shares are alike; else nothing."""
        whole = sorted(slot for slots in own.values() for slot in slots)
        counts = {name: len(slots) for name, slots in own.items()}
        even = max(counts.values()) - min(counts.values()) <= 1
        slots = range(1, self.options.get("slots", SLOTS) + 1)
        return counts if even and whole == list(slots) else None

    def agree(self, *names):
        """Whether each of them knows that these, and no others, are there."""
        return all(self._present(name) == set(names) for name in names)

    def _present(self, name):
        return {node["name"] for node in self.known_to(name)
                if node["presence"] == "member" and node["known"]}

    def known_to(self, name):
        """What its daemon knows of each node."""
        return [node for cluster in self.clusters(name) for node in cluster["nodes"]]

    def clusters(self, name):
        """What its daemon says of each."""
        status, said = self.machines[name].run("nfcluster status --json")
        daemon = {} if status else json.loads(said).get("daemon") or {}
        return daemon.get("clusters", [])

    def settle(self, *names, timeout=60):
        """Waits until all slots are these nodes', evenly, and all of them know it;
        returns their shares."""
        self.wait(lambda: self.agree(*names), "the nodes know of each other", names, timeout)
        return self.wait(lambda: self.shares(*names), "each slot is of one node", names, timeout)

    def wait(self, state, what, names, timeout=60):
        """Until state() is true; returns it."""
        deadline = time.monotonic() + timeout
        while not (found := state()):
            if time.monotonic() > deadline:
                have = {name: sorted(self.slots_of(name)) for name in names}
                raise vm.VmError("\n".join([f"not within {timeout} s: {what}; they have {have}",
                                            *map(self.last_words, names)]))
            time.sleep(0.05)
        return found

    def last_words(self, name):
        """Of its daemon, and of its Corosync."""
        return "\n".join(line for what in ("daemon", "corosync") if (name, what) in self.jobs
                         for line in (f"{name}'s {what}:",
                                      *self.jobs[name, what].output.splitlines()[-12:]))
