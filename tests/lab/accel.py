"""Which accelerator QEMU gets: KVM where it works, else emulation.

That /dev/kvm exists says little: on some machines a guest hangs, on some every
write to a port happens twice. So a guest of a few instructions is tried, with a
deadline, once per boot of this machine.
"""

import functools
import os
import pathlib
import signal
import struct
import subprocess
import tempfile

import cache

KVM = ["-accel", "kvm", "-cpu", "host"]
# The guest's clocks, its TSC included, count its instructions, 1 ns each, and
# jump when it idles. Needs emulation, one processor, and one thread for it.
COUNTING = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
PROBE_SECONDS = 2
WORD = b"works"
EXIT_PORT, EXIT_VALUE = 0xF4, 0x10


def arguments(threads=True):
    """KVM, or emulation with a thread for each processor, or with one for all."""
    return KVM if _kvm_works() else ["-accel", f"tcg,thread={'multi' if threads else 'single'}"]


def give_up_kvm():
    """For who sees that it does not work after all; false if it was not in use."""
    if not _kvm_works():
        return False
    _note("no")
    _kvm_works.cache_clear()
    return True


@functools.cache
def _kvm_works():
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    try:
        boot, answer = (cache.folder() / "kvm-works").read_text(encoding="ascii").split()
        if boot == _boot():
            return answer == "yes"
    except (OSError, ValueError):
        pass
    works = _probe()
    _note("yes" if works else "no")
    return works


def _note(answer):
    (cache.folder() / "kvm-works").write_text(f"{_boot()} {answer}\n", encoding="ascii")


def _boot():
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _probe():
    """A firmware of 64 KiB that spells a word on port 0xe9 and leaves QEMU with a
    known status: both must be right to the letter."""
    code = b"".join(bytes([0xB0, letter, 0xE6, 0xE9]) for letter in WORD)  # mov al, x; out
    code += bytes([0xB0, EXIT_VALUE, 0xE6, EXIT_PORT, 0xF4])
    reset = b"\xe9" + struct.pack("<h", -len(code) - 3)  # jmp to it
    firmware = b"\xf4" * (65536 - 16 - len(code)) + code + reset.ljust(16, b"\xf4")
    with tempfile.NamedTemporaryFile() as file:
        file.write(firmware)
        file.flush()
        process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "pc", *KVM, "-m", "16", "-nodefaults",
             "-no-user-config", "-display", "none", "-bios", file.name,
             "-chardev", "stdio,id=word", "-device", "isa-debugcon,iobase=0xe9,chardev=word",
             "-device", f"isa-debug-exit,iobase={EXIT_PORT},iosize=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True)
        try:
            word, _ = process.communicate(timeout=PROBE_SECONDS)
            return process.returncode == EXIT_VALUE << 1 | 1 and word == WORD
        except subprocess.TimeoutExpired:
            # It may sit in the kernel and not die: nobody waits for it.
            os.killpg(process.pid, signal.SIGKILL)
            return False
