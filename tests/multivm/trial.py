"""A cluster under a steady stream of requests, and what is promised of it: that every
slot is one node's again in time, and that no request is lost that could be kept."""

import statistics
import time

from stage import ADDRESS  # first: it says where the lab is
import corosync
import nodes
from cluster import SLOTS, Cluster
from stream import ENDED, RATE, Stream, announced, answered_twice, handshakes, speakers

# A VM of a machine that runs other suites too, or more VMs than it has processors, may
# stand still for a second: nobody shall be taken for dead because of that.
TIMES = corosync.Times(token=2000, consensus=2400)
# Seconds until all is answered again: 4.7 for Corosync and `takeover_delay`. Such a
# machine is slower than what tests/bench/failover measures.
IN_TIME = 8.0
# What is asked last may meet what happens next.
UNDER_WAY = 2.0
LONG = 200  # connections
# A chunk of them every second, for 30 seconds.
FETCH = f"labnet fetch {ADDRESS} 80 --count {LONG} --size 15000 --chunk 500 --interval 1000 " \
        "--timeout 20000"
# In the VMs: the daemon of another build, and shout.cpp.
BEFORE, SHOUT = "/lab/before/nfclusterd", "/lab/shout"


def moments(seconds):
    """Again and again until then."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.2)


class Trial(Cluster):
    def __init__(self, name, stack, servers, **options):
        super().__init__(name, stack, servers, membership="corosync", **options)
        self.names = tuple(servers)
        self.before = set()  # those that run the daemon of BEFORE
        self.times, self.in_time = TIMES, IN_TIME
        self.stream = None
        self._promises = []
        self._recording = self.folder / "wire.pcap"
        self._asked_at = 0.0  # time.time() when the stream began
        self._spoke, self._announced = {}, []  # in the recording

    def others(self, *names):
        return [name for name in self.names if name not in names]

    def start_daemon(self, name):
        if name not in self.before:
            return super().start_daemon(name)
        self.jobs[name, "daemon"] = self.machines[name].background(f"exec {BEFORE}")

    def begin(self):
        """All nodes start, and requests flow."""
        self.network.record(self._recording)
        self.start()
        self.settled(*self.names, what=f"{len(self.names)} nodes start")
        self.stream = Stream(self.client, self.names)
        self.stream.start()
        self._asked_at = time.time() - self.stream.now()
        self.wait(lambda: len(self.stream.between(0, float("inf"))) >= 3 * RATE,
                  "requests flow", self.names)

    def note(self, text):
        self.tap.diagnose(f"{self.name}: {text}")

    def note_seconds(self, seconds):
        self.note(f"{len(seconds)} times: median {statistics.median(seconds):.1f} s, "
                  f"worst {max(seconds):.1f} s until all was answered again")

    # --- what is judged at once

    def settled(self, *names, what, timeout=60):
        """Without it nothing that follows means anything."""
        shares = self.settle(*names, timeout=timeout)
        told = ", ".join(f"{count} at {name}" for name, count in shares.items())
        self.result(True, f"{what}: of {SLOTS} slots {told}")

    def whole(self, since, others, what, in_time=None, patience=UNDER_WAY):
        """All slots are these nodes', and requests were answered again in time; returns
        after how many seconds. What is late when all slots have an owner again is the
        machine's fault. `patience`: the last request that met nobody has ended then."""
        self.wait(lambda: self.shares(*others), f"{what}: each slot is of one node", others)
        until = self.stream.now()
        self.wait(lambda: self.stream.now() > until + patience, "requests end", others)
        gone = self.stream.outage(since, until)
        self.result(gone < (in_time or self.in_time), f"{what}: after {gone:.1f} s all is answered again",
                    "\n".join([*map(str, self.stream.late(since, until)[-5:]),
                               *map(self.last_words, others)]))
        return gone

    def taken_over(self, since, others, what):
        gone = self.whole(since, others, what)
        self.settled(*others, what=what)
        return gone

    def kill(self, name):
        since = self.stream.now()
        self.machines[name].kill()
        return self.taken_over(since, self.others(name), f"{name} is killed")

    def come_back(self, name):
        """Its slots come back, while many connections go on."""
        since = self.stream.now()
        downloads = self.client.background(FETCH)
        self.boot_again(name)
        self.fetched(downloads, f"{name} is back")
        self.settled(*self.names, what=f"{name} is back")
        self.unbroken(since, f"{name} is back")

    def fetched(self, downloads, what):
        downloads.wait(150)
        ends = [line.split()[3] for line in downloads.output.splitlines()]
        self.result(ends == ["complete"] * LONG,
                    f"{what}: each of {LONG} long connections goes on to its end",
                    downloads.output[-2000:])

    def end_of_daemon(self, name, number, seconds):
        """Its slots stay where they are."""
        before = self.slots_of(name)
        self.end(name, "daemon", number)
        return all(self.slots_of(name) == before and self.shares(*self.names)
                   for _ in moments(seconds))

    # --- what is judged in the end

    def unbroken(self, since, what, but=None):
        """Each request of that time has to be answered, though not by the first SYN on a
        machine that stands still now and then; but those that the node `but` got."""
        self._promises.append((since, self.stream.now() - UNDER_WAY, what, but))

    def judge(self):
        time.sleep(ENDED)  # the last one
        self.stream.stop()
        self.network.stop_recording()
        for since, until, what, but in self._promises:
            count, failed = len(self.stream.between(since, until)), self.stream.failed(since, until)
            lost = [request for request in failed if not but or not self.met(request, but)]
            spared = f" but {len(failed) - len(lost)} that met {but}" if but else ""
            self.result(count and not lost, f"{what}: each of {count} requests{spared} is answered",
                        "\n".join([f"{len(lost)} are not:", *map(str, lost[:10])]))

    def once(self):
        """Nobody has answered another's handshake."""
        count, twice = answered_twice(self._recording)
        self.result(count > 1000 and not twice,
                    f"of {count} handshakes no node answers another's",
                    f"{len(twice)} were answered by two, such as {twice[:3]}")

    def met(self, request, name):
        """Whether that node, and no other, said anything to it."""
        self._spoke = self._spoke or speakers(self._recording)
        since, until = (self._asked_at + at for at in (request.asked - 0.5, request.ended + 0.5))
        return {mac for at, mac in self._spoke.get(request.port, ()) if since <= at <= until} == {
            self.mac(name)}

    def mac(self, name):
        """As it is in frames."""
        return bytes.fromhex(nodes.mac(self.machines[name].host).replace(":", ""))

    def twice(self, since, until):
        """The times (time.time()) at which a second node answered a handshake."""
        return sorted(first[1][0] for first in handshakes(self._recording).values()
                      if len(first) > 1 and since <= first[1][0] < until)

    def announcers(self, since, until):
        """Who told the wire of the shared address in that time."""
        self._announced = self._announced or list(announced(self._recording))
        macs = {mac for at, mac in self._announced if since <= at < until}
        return {name for name in self.names if self.mac(name) in macs}
