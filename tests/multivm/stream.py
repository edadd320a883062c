"""A steady stream of requests to the shared address, from a new port each, and what
became of them: how long some were not answered, and whether two nodes answered one."""

import pathlib
import socket
import struct
import sys

from stage import ADDRESS  # first: it says where the lab is
import lan

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "demo"))
import traffic  # pylint: disable=wrong-import-position

RATE = 200
PATIENCE = 8  # seconds until a request counts as failed: SYNs after 0, 1, 3 and 7
ENDED = PATIENCE + 0.5  # by then it has, and was told of
# The client asks again after a second. An answer that took as long met a node that was
# there the second time only.
AT_ONCE = 0.95
SYN_ACK, FLAGS = 0x12, 0x17  # of FIN, SYN, RST and ACK


class Stream(traffic.Traffic):
    def __init__(self, client, names, rate=RATE):
        super().__init__(client, ADDRESS, set(names), rate, PATIENCE)

    def late(self, since, until=float("inf")):
        """Requests of that time that were not answered at once."""
        return [request for request in self.between(since, until)
                if not request.server or request.ended - request.asked > AT_ONCE]

    def outage(self, since, until=float("inf")):
        """From then on, how long it took until all were answered at once again."""
        asked = [request.asked for request in self.late(since, until)]
        return max(asked) - since if asked else 0.0

    def failed(self, since, until=float("inf")):
        """Requests of that time that nobody answered, or that somebody broke."""
        return [request for request in self.between(since, until) if not request.server]


def _spoken(recording):
    """All that the shared address said by TCP: (time, client's port, its MAC, TCP header)."""
    shared = socket.inet_aton(ADDRESS)
    for at, frame in lan.timed_frames(recording):
        ip = frame[14:]
        if frame[12:14] == b"\x08\x00" and ip[9] == socket.IPPROTO_TCP and ip[12:16] == shared:
            tcp = ip[(ip[0] & 15) * 4:]
            yield at, struct.unpack_from(">H", tcp, 2)[0], frame[6:12], tcp


def handshakes(recording):
    """By the client's port and first number, which tells a port's connections from each
    other: [(time, MAC)] of each node's first answer."""
    answers = {}
    for at, port, mac, tcp in _spoken(recording):
        if tcp[13] & FLAGS == SYN_ACK:
            acknowledged, = struct.unpack_from(">I", tcp, 8)
            first = answers.setdefault((port, acknowledged), [])
            if mac not in (other for _, other in first):
                first.append((at, mac))
    return answers


def answered_twice(recording):
    """How many handshakes there were, and those that two nodes answered."""
    answers = handshakes(recording)
    return len(answers), [flow for flow, first in answers.items() if len(first) > 1]


def speakers(recording):
    """By the client's port: [(time, MAC)] of who spoke to it, once in a tenth of a second."""
    spoke = {}
    for at, port, mac, _ in _spoken(recording):
        said = spoke.setdefault(port, [])
        if not said or said[-1][1] != mac or at > said[-1][0] + 0.1:
            said.append((at, mac))
    return spoke


def announced(recording):
    """(time, MAC) of each gratuitous ARP for the shared address."""
    shared = socket.inet_aton(ADDRESS)
    for at, frame in lan.timed_frames(recording):
        if frame[12:14] == b"\x08\x06" and frame[28:32] == shared == frame[38:42]:
            yield at, frame[6:12]
