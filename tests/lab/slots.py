"""Which slot a packet has, worked out apart from the kernel's own code.

Nodes hash on little-endian machines: ports enter in the byte order of the wire,
read as numbers of the machine.
"""

import ipaddress

HASH_MODES = ("sourceip", "sourceip-sourceport", "sourceip-sourceport-destport")
WORD = 0xFFFFFFFF


def _rotated(value, bits):
    return (value << bits | value >> 32 - bits) & WORD


def _mixed(words, seed):
    """The last round of Bob Jenkins' lookup3 over up to three words."""
    start = (0xDEADBEEF + 4 * len(words) + seed) & WORD
    a, b, c = ((word + start) & WORD for word in (*words, 0, 0)[:3])
    c = (c ^ b) - _rotated(b, 14) & WORD
    a = (a ^ c) - _rotated(c, 11) & WORD
    b = (b ^ a) - _rotated(a, 25) & WORD
    c = (c ^ b) - _rotated(b, 16) & WORD
    a = (a ^ c) - _rotated(c, 4) & WORD
    b = (b ^ a) - _rotated(a, 14) & WORD
    return (c ^ b) - _rotated(b, 24) & WORD


def _swapped(port):
    return port >> 8 | (port & 0xFF) << 8


def slot(mode, total, source, source_port=0, destination_port=0, seed=0):
    """1 to `total`. Protocols without ports, such as ICMP, have ports 0."""
    words = (int(ipaddress.IPv4Address(source)), _swapped(source_port),
             _swapped(destination_port))
    return (_mixed(words[:HASH_MODES.index(mode) + 1], seed) * total >> 32) + 1
