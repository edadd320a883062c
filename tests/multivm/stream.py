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


def answered_twice(recording):
    """Flows, and those of them in which two nodes answered the same handshake."""
    speakers = {}
    shared = socket.inet_aton(ADDRESS)
    for frame in lan.frames(recording):
        ip = frame[14:]
        if frame[12:14] != b"\x08\x00" or ip[9] != socket.IPPROTO_TCP or ip[12:16] != shared:
            continue
        tcp = ip[(ip[0] & 15) * 4:]
        if tcp[13] & FLAGS == SYN_ACK:
            # The client's first number tells a port's connections from each other.
            port, acknowledged = struct.unpack_from(">H4xI", tcp, 2)
            speakers.setdefault((ip[16:20], port, acknowledged), set()).add(frame[6:12])
    return len(speakers), [flow for flow, macs in speakers.items() if len(macs) > 1]
