"""Runs measurements in a VM whose clock counts instructions."""

import pathlib
import subprocess
import sys

import cache
import initramfs
import klog
import vm
from results import FIELDS

HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 1500  # seconds; a minute or two will do, unless the machine is very busy


def run(kernel, folder, script, words, packets=0, files=(), fields=FIELDS):
    """Boots, runs `script` with `words`; returns the lines that measure.sh printed,
    and what the kernel complained of. `files` are (guest path, host path) pairs; each
    line has so many `fields`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["make", "-s", "-C", HERE, f"OUT={folder}"], check=True, stdout=sys.stderr)
    console = folder / "console.log"
    console.unlink(missing_ok=True)
    machine = vm.Vm(kernel, initramfs.build(kernel, "ours"), console, smp=1, counting=True,
                    limit=LIMIT, name="bench")
    cache.say(f"counting instructions on {kernel.version}: up to a minute of processor time")
    with machine:
        machine.start(wait=False).wait_ready(180)
        for name in ("inject", "cpu"):
            machine.put(f"/lab/{name}", (folder / name).read_bytes(), 0o755)
        for name in (script, "measure.sh"):
            machine.put(f"/lab/{name}", (HERE / name).read_bytes())
        for guest, host in files:
            machine.put(guest, pathlib.Path(host).read_bytes())
        status, output = machine.run(f"PACKETS={packets} bash /lab/{script} {words}",
                                     timeout=LIMIT)
    (folder / "raw.tsv").write_text(output, encoding="utf-8")
    lines = output.splitlines()
    if status or any(line.count("\t") != fields - 1 for line in lines):
        raise vm.VmError(f"measuring failed with status {status}; it said:\n{output}")
    return lines, klog.Console(console).complaints(0)
