"""Several VMs on one LAN, each a node with an address of its own.

A node's MAC and address end in the same number: host 1 is 192.168.0.1 and
02:00:00:00:00:01, as in the scenarios' `lan`.
"""

import functools
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import tsc
import vm

NETWORK = "192.168.0"
CLIENT = 100  # the client's host number
BOOT_SECONDS = 150  # several boot at once, perhaps on a busy machine


def mac(host):
    return f"02:00:00:00:00:{host:02x}"


@functools.cache
def _append():
    """For kernels in VMs that stand still now and then, because there are more VMs
    than processors: they would measure their clock wrongly, by a factor of five even,
    and take a pause for a stall."""
    words = ["rcupdate.rcu_cpu_stall_suppress_at_boot=1", "rcupdate.rcu_cpu_stall_timeout=120"]
    if khz := tsc.khz():
        words += [f"tsc_early_khz={khz}", "tsc=reliable"]
    return " ".join(words)


def node(name, host, kernel, image, lan, log, **options):
    """A Vm that is not started yet; `host` becomes an attribute of it."""
    machine = vm.Vm(kernel, image, log, name=name, lans=[(lan, mac(host))],
                    append=_append(), **options)
    machine.host = host
    return machine


def boot(machines, progress=None):
    """Boots them side by side. While it waits it calls progress({name: seconds or
    None}), None for one that still boots; returns the same in the end."""
    took = {machine.name: None for machine in machines}
    began = time.monotonic()

    def one(machine):
        machine.wait_ready(BOOT_SECONDS)
        machine.check(f"ip link set eth0 up && ip addr add {NETWORK}.{machine.host}/24 dev eth0")
        return machine.name

    for machine in machines:
        machine.start(wait=False)
    with ThreadPoolExecutor(len(machines)) as pool:
        try:
            waiting = {pool.submit(one, machine) for machine in machines}
            while waiting:
                done, waiting = wait(waiting, 0.1, FIRST_COMPLETED)
                for future in done:
                    took[future.result()] = time.monotonic() - began
                if progress:
                    progress(took)
        except BaseException:
            for machine in machines:  # or the pool would wait for them
                machine.kill()
            raise
    return took
