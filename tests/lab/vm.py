"""Virtual machines for the lab: boot one, run commands in it, kill it.

    vm = Vm(kernel, initramfs, log=Path("console.log"))
    vm.start()
    status, output = vm.run("uname -r", timeout=10)
    vm.kill()

The console carries kernel messages only; commands and their output go over a
virtio-serial port to `labnet agent` (agent.cpp describes the frames).
"""

import itertools
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

import accel
import emulator
import image

# How much slower than a distribution's kernel: limits are stretched by it.
SLOWNESS = {"debug": 4}
# What Debian's kernels do against other processes on real processors is dear under
# emulation, and protects nobody there. Where instructions are counted it stays.
QUICKLY = "mitigations=off"
# emulator.py says why.
ONE_THREAD = {"debug"}
# The debug kernel ends at its first complaint: what follows one means nothing.
APPEND = {"debug": "panic_on_warn=1 kmemleak=on"}


class VmError(Exception):
    """The VM is gone, or did not do something in time."""


class Job:
    """A command in the VM. `status` is None while it runs."""

    def __init__(self, vm, number, on_output):
        self._vm, self._number, self._on_output = vm, number, on_output
        self._output = bytearray()
        self._changed = threading.Condition()
        self.status = None

    @property
    def output(self):
        with self._changed:
            return self._output.decode(errors="replace")

    def wait(self, timeout):
        """The exit status, 128 + n when signal n ended it; VmError when it is late."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self.status is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise VmError(f"{self._vm.name}: still running after {timeout:g} s")
                if not self._vm.alive:
                    raise VmError(f"{self._vm.name}: the VM is gone")
                self._changed.wait(min(left, 1))
            return self.status

    def kill(self, number=signal.SIGKILL):
        """Signals the command and what it started, but what made its own session."""
        self._vm.send(self._number, b"K", bytes([number]))

    def received(self, data):
        if self._on_output:
            self._on_output(data)
        with self._changed:
            self._output += data
            self._changed.notify_all()

    def ended(self, status):
        with self._changed:
            if self.status is None:
                self.status = os.waitstatus_to_exitcode(status)
                if self.status < 0:
                    self.status = 128 - self.status
            self._changed.notify_all()

    def woken(self):
        with self._changed:
            self._changed.notify_all()


class Vm:
    """One QEMU. It dies with kill(), with its time limit, or with this process."""

    def __init__(self, kernel, initramfs, log, *, name="vm", smp=1, memory=512, limit=600,
                 append="", lans=(), extra=(), counting=False, terminal=False):
        """`lans`: (Lan, MAC) pairs, one network card each, in order.
        `extra`: more QEMU arguments. `counting`: see accel.COUNTING.
        `terminal`: adds /dev/hvc0, whose other end is the socket self.terminal."""
        self.kernel, self.name, self.log = kernel, name, pathlib.Path(log)
        self.slowness = SLOWNESS.get(kernel.name, 1)
        self._initramfs, self._smp, self._memory = initramfs, smp, memory
        self._limit, self._append, self._lans, self._extra = limit, append, lans, list(extra)
        self._counting = counting
        self._with_terminal = terminal
        self.terminal = None
        self._process = self._channel = self._reader = None
        self._jobs, self._numbers = {}, itertools.count(1)
        self._lock = threading.Lock()
        self._ready = threading.Event()

    def start(self, wait=True):
        """Boots. With wait=False several VMs boot side by side; then wait_ready()."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._ready.clear()
        self._jobs.clear()
        self._channel, theirs = socket.socketpair()
        passed = [theirs]
        arguments = self._arguments(passed)
        # `timeout` ends QEMU even when this process is killed; the agent ends the
        # VM when the channel closes.
        self._process = subprocess.Popen(
            ["timeout", "-s", "KILL", str(self._limit), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(self.log.with_suffix(".qemu"), "wb"),
            start_new_session=True, pass_fds=[item.fileno() for item in passed])
        for item in passed:
            item.close()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not wait:
            return self
        try:
            return self.wait_ready()
        except KeyboardInterrupt:
            self.kill()  # nobody has it yet who could
            raise

    def _arguments(self, passed):
        threads = self.kernel.name not in ONE_THREAD
        # Where instructions are counted nothing changes.
        several = threads and (self._smp > 1 or self._counting)
        bus = "-device" if self.kernel.machine.startswith("microvm") else "-pci"
        arguments = [
            *emulator.command(several), "-machine", self.kernel.machine,
            *(accel.COUNTING if self._counting else accel.arguments(threads)), *self._extra,
            "-smp", str(self._smp), "-m", str(self._memory), "-name", self.name,
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", str(image.bootable(self.kernel.image)), "-initrd", str(self._initramfs),
            # On a busy machine timer interrupts come too late for the kernel's check of its
            # timer: "IO-APIC + timer doesn't work!".
            "-append", " ".join(filter(None, (
                # An emulated processor that waits for its turn makes the clock look bad,
                # and the one the kernel then takes costs a thousand times as much.
                "console=ttyS0 panic=-1 printk.devkmsg=on loglevel=8 nokaslr no_timer_check",
                "tsc=nowatchdog", "" if self._counting else QUICKLY,
                self.kernel.append, APPEND.get(self.kernel.name), self._append))),
            "-chardev", f"file,id=console,path={self.log}", "-serial", "chardev:console",
            "-chardev", f"socket,id=agent,fd={passed[0].fileno()}",
            "-device", f"virtio-serial{bus}",
            "-device", "virtserialport,chardev=agent,name=nfcluster",
            "-device", f"virtio-rng{bus}",
        ]
        if self._with_terminal:
            self.terminal, theirs = socket.socketpair()
            passed.append(theirs)
            arguments += ["-chardev", f"socket,id=terminal,fd={theirs.fileno()}",
                          "-device", "virtconsole,chardev=terminal"]
        for number, (lan, mac) in enumerate(self._lans):
            end = lan.attach(self.name)
            passed.append(end)
            rom = ",romfile=" if bus == "-pci" else ""
            arguments += [
                "-netdev", f"stream,id=n{number},addr.type=fd,addr.str={end.fileno()}",
                "-device", f"virtio-net{bus},netdev=n{number},mac={mac}{rom}"]
        return arguments

    def wait_ready(self, timeout=180):
        deadline = time.monotonic() + timeout * self.slowness
        while not self._ready.wait(0.2):
            if self.alive and time.monotonic() < deadline:
                continue
            why = "did not boot in time" if self.alive else "QEMU ended while booting"
            self.kill()
            if not self._counting and accel.give_up_kvm():
                return self.start()  # the probe was too simple for this machine's KVM
            raise VmError("\n".join([f"{self.name}: {why}:", *self._last_words()]))
        return self

    def _last_words(self):
        """What QEMU and the console said last."""
        lines = []
        for path in (self.log.with_suffix(".qemu"), self.log):
            if path.exists():
                lines += [f"{path}:", *path.read_text(errors="replace").splitlines()[-20:]]
        return lines

    @property
    def alive(self):
        return self._process is not None and self._process.poll() is None

    @property
    def busy_seconds(self):
        """How long processors of this machine have worked for it."""
        if not self.alive:
            return 0.0
        processes = pathlib.Path("/proc")
        guard = processes / str(self._process.pid)
        children = (guard / f"task/{guard.name}/children").read_text().split()
        ticks = 0
        for number in children:
            # Behind the name, which may have blanks: state, ...; utime and stime are 12 and 13.
            fields = (processes / number / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def run(self, command, timeout=60, on_output=None):
        """Runs it under bash; returns (status, output), stderr included."""
        job = self.background(command, on_output)
        try:
            return job.wait(timeout), job.output
        except VmError:
            if self.alive:
                job.kill()
            raise

    def check(self, command, timeout=60):
        """As run(), for commands that must succeed; returns the output."""
        status, output = self.run(command, timeout)
        if status:
            raise VmError(f"{self.name}: {command}: status {status}: {output.strip()}")
        return output

    def background(self, command, on_output=None):
        return self._start_job(b"R", command.encode(), on_output)

    def put(self, path, content, mode=0o644):
        """Writes a file in the VM."""
        if self._start_job(b"P", f"{mode:o} {path}\n".encode() + content).wait(30):
            raise VmError(f"{self.name}: cannot write {path}")

    def kill_processes(self):
        """Kills every process in the VM but the agent."""
        self._start_job(b"X", b"").wait(30)

    def kill(self):
        """Pulls the plug."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
        if self._channel is not None:
            self._channel.close()

    def wait(self, timeout=None):
        """Waits until QEMU has ended."""
        return self._process.wait(timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _start_job(self, kind, payload, on_output=None):
        number = next(self._numbers)
        job = self._jobs[number] = Job(self, number, on_output)
        self.send(number, kind, payload)
        return job

    def send(self, number, kind, payload):
        frame = struct.pack("<II", len(payload) + 5, number) + kind + payload
        try:
            with self._lock:
                self._channel.sendall(frame)
        except OSError as error:
            raise VmError(f"{self.name}: the VM is gone") from error

    def _read(self):
        """Takes frames from the agent until the VM is gone."""
        stream = self._channel.makefile("rb")
        try:
            while len(head := stream.read(8)) == 8:
                length, number = struct.unpack("<II", head)
                frame = stream.read(length - 4)
                self._received(number, frame[:1], frame[1:])
        except OSError:
            pass
        for job in list(self._jobs.values()):
            job.woken()

    def _received(self, number, kind, payload):
        if kind == b"H":
            self._ready.set()
        elif kind == b"O" and number in self._jobs:
            self._jobs[number].received(payload)
        elif kind == b"D" and number in self._jobs:
            self._jobs.pop(number).ended(struct.unpack("<I", payload)[0])
