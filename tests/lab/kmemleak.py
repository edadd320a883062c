"""Asks a kernel that has kmemleak for memory that nothing points to."""

FILE = "/sys/kernel/debug/kmemleak"
SECONDS = 300


def forget(machine):
    """What there is now is not ours."""
    machine.check(f"echo clear >{FILE}")


def report(machine):
    """What two scans in a row find: only what is older than five seconds counts."""
    return machine.check(f"sleep 6 && echo scan >{FILE} && sleep 1 && echo scan >{FILE} && "
                         f"cat {FILE}", SECONDS)
