"""How fast this machine's time stamp counter runs.

An emulated guest reads the host's counter. On a microvm it has nothing reliable
to measure it by, least of all on a busy host; untold, it falls back to a clock
that advances in steps of 10 ms.
"""

import ctypes
import mmap
import platform
import time

CODE = bytes.fromhex("0f31" "48c1e220" "4809d0" "c3")  # rdtsc; shl rdx, 32; or rax, rdx; ret
SECONDS = 0.02


def khz() -> int | None:
    """None where there is no such counter."""
    if platform.machine() != "x86_64":
        return None
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    counter = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(page)))

    def moment() -> tuple[int, int]:
        """(counter, nanoseconds) of one moment: of some tries the least disturbed one."""
        tries = []
        for _ in range(20):
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
            ticks = counter()
            after = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
            tries.append((after - before, ticks, (before + after) // 2))
        return min(tries)[1:]

    first = moment()
    time.sleep(SECONDS)
    last = moment()
    return (last[0] - first[0]) * 1_000_000 // (last[1] - first[1])
