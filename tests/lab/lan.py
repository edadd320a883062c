"""A LAN between VMs, in user space and without root.

Every frame goes to all other ports, which is what a switch does with a frame
for a multicast MAC; if it `learns` where somebody is, frames for him go there only,
which spares the others much. Links can be cut, slowed and made lossy, ports can be parted
from each other or hear each other badly, and the wire can be recorded. The VMs are
joined by socket pairs, over which QEMU sends frames with their length in front
(`-netdev stream`).

    with Lan() as lan:
        web = Vm(kernel, initramfs, log, lans=[(lan, "02:00:00:00:00:01")]).start()
        lan.record(Path("wire.pcap"))
        lan.cut("web")
"""

import heapq
import itertools
import random
import selectors
import socket
import struct
import threading
import time

PCAP_HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
# A port that takes nothing, such as a stopped VM, loses frames beyond this.
PORT_BACKLOG = 4 << 20


class _Port:
    def __init__(self, name, end):
        self.name, self.end = name, end
        self.received, self.waiting = bytearray(), bytearray()
        self.connected, self.delay, self.loss = True, 0.0, 0.0


class Lan:
    def __init__(self, seed=0):
        """`seed` decides which frames a lossy link loses."""
        self._random = random.Random(seed)
        self._ports = {}
        self._parted, self._bad = set(), {}
        self.learns, self._places = False, {}
        self._late, self._order = [], itertools.count()
        self._pcap = None
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._closing = False
        self.frames = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def attach(self, name):
        """A new port; returns QEMU's end. A VM that boots again takes its port over,
        as it was: cut, slow or lossy."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        with self._lock:
            port = _Port(name, ours)
            if before := self._ports.get(name):
                port.connected, port.delay, port.loss = before.connected, before.delay, before.loss
                self._drop(before)
            self._ports[name] = port
            self._selector.register(ours, selectors.EVENT_READ, port)
        self._poke()
        return theirs

    def cut(self, name):
        """Pulls the cable of that port; join() puts it back."""
        self._ports[name].connected = False

    def join(self, name):
        self._ports[name].connected = True

    def part(self, some, others):
        """No frame goes between one of these ports and one of those, until mend()."""
        self._parted = {frozenset((one, other)) for one in some for other in others}

    def worsen(self, names, delays, losses):
        """Between any two of these ports, until mend(): each frame takes a time of its
        own, and each pair loses a share of its own, from these ranges."""
        pairs = map(frozenset, itertools.combinations(names, 2))
        self._bad = {pair: (delays, self._random.uniform(*losses)) for pair in pairs}

    def mend(self):
        self._parted, self._bad = set(), {}

    def delay(self, name, seconds):
        """Each frame to and from that port takes this long."""
        self._ports[name].delay = seconds

    def lose(self, name, share):
        """This share (0 to 1) of the frames to and from that port is lost."""
        self._ports[name].loss = share

    def record(self, path):
        """Writes every frame that enters the hub to a pcap file, until stop_recording()."""
        with self._lock:
            self._pcap = open(path, "wb")
            self._pcap.write(PCAP_HEAD)

    def stop_recording(self):
        with self._lock:
            if self._pcap:
                self._pcap.close()
            self._pcap = None

    def close(self):
        self._closing = True
        self._poke()
        self._thread.join()
        self.stop_recording()
        for port in self._ports.values():
            port.end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _poke(self):
        self._wake.send(b"x")

    def _serve(self):
        while not self._closing:
            timeout = max(0, self._late[0][0] - time.monotonic()) if self._late else None
            for key, events in self._selector.select(timeout):
                with self._lock:
                    if key.data is None:
                        self._woken.recv(4096)
                    else:
                        self._handle(key.data, events)
            with self._lock:
                while self._late and self._late[0][0] <= time.monotonic():
                    _, _, port, frame = heapq.heappop(self._late)
                    self._send(port, frame)

    def _handle(self, port, events):
        if self._ports.get(port.name) is not port:
            return  # dropped while this event was on its way
        try:
            if events & selectors.EVENT_WRITE:
                self._flush(port)
            if events & selectors.EVENT_READ:
                data = port.end.recv(1 << 18)
                if not data:
                    raise ConnectionResetError
                port.received += data
                self._take_frames(port)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(port)  # the VM is gone; its port keeps its state for the next

    def _take_frames(self, port):
        received, at = port.received, 0
        while len(received) - at >= 4:
            end = at + 4 + int.from_bytes(received[at:at + 4], "big")
            if len(received) < end:
                break
            self._flood(port, bytes(received[at:end]))
            at = end
        del received[:at]

    def _flood(self, source, frame):
        self.frames += 1
        if self._pcap:
            now = time.time_ns() // 1000
            self._pcap.write(struct.pack("<IIII", now // 1000000, now % 1000000,
                                         len(frame) - 4, len(frame) - 4) + frame[4:])
            self._pcap.flush()
        if not source.connected or self._lost(source):
            return
        for port in self._towards(source, frame):
            if not port.connected or self._lost(port):
                continue
            delays, loss = (), 0
            if self._parted or self._bad:
                pair = frozenset((source.name, port.name))
                delays, loss = self._bad.get(pair, (delays, loss))
                if pair in self._parted or self._random.random() < loss:
                    continue
            delay = source.delay + port.delay
            if delays:
                delay += self._random.uniform(*delays)
            if delay:
                heapq.heappush(self._late,
                               (time.monotonic() + delay, next(self._order), port, frame))
            else:
                self._send(port, frame)

    def _towards(self, source, frame):
        place = None
        if self.learns:
            receiver, sender = frame[4:10], frame[10:16]
            if not sender[0] & 1:
                self._places[sender] = source.name
            place = self._ports.get(self._places.get(receiver))
        return [port for port in ([place] if place else self._ports.values())
                if port is not source]

    def _lost(self, port):
        return port.loss and self._random.random() < port.loss

    def _send(self, port, frame):
        if port.end.fileno() < 0 or not port.connected or len(port.waiting) > PORT_BACKLOG:
            return
        port.waiting += frame
        try:
            self._flush(port)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(port)

    def _flush(self, port):
        try:
            while port.waiting:
                del port.waiting[:port.end.send(port.waiting)]
        finally:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if port.waiting else 0)
            if port.end.fileno() >= 0 and self._selector.get_key(port.end).events != wanted:
                self._selector.modify(port.end, wanted, port)

    def _drop(self, port):
        if port.end.fileno() >= 0:
            self._selector.unregister(port.end)
            port.end.close()
        port.received.clear()
        port.waiting.clear()


def frames(path):
    """The frames of what record() wrote."""
    for _, frame in timed_frames(path):
        yield frame


def timed_frames(path):
    """Each with the time.time() at which it came."""
    with open(path, "rb") as pcap:
        pcap.read(len(PCAP_HEAD))
        while len(head := pcap.read(16)) == 16:
            seconds, microseconds, size, _ = struct.unpack("<IIII", head)
            yield seconds + microseconds / 1e6, pcap.read(size)
