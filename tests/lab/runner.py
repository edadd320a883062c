"""Runs scenarios one after the other in a VM and judges each of them."""

import sys
import time

import initramfs
import klog
import kmemleak
import scenarios
import tap
import terminal
import vm

# The modules a scenario may load as the ones under test, users first.
MODULES = ("ipt_CLUSTERIP", "xt_STATMARK", "xt_condition")  # who uses whom goes first
RESET_SECONDS = 60


class Lab:
    def __init__(self, kernel, module, smp, name, extra=(), with_servers=False):
        """`name`: of the VM, and of the folder that keeps its console."""
        self._kernel, self._module, self._smp, self._name = kernel, module, smp, name
        self._initramfs = initramfs.build(kernel, module, extra, with_servers)
        self._folder = initramfs.BUILD / "test" / name
        self._machine = None
        self._boots = 0

    def run(self, scripts, timeout, keep):
        writer = tap.Writer(sys.stdout)
        try:
            for script in scripts:
                failed = writer.failed
                self._scenario(writer, script, scenarios.seconds(script, timeout), keep)
                if keep and writer.failed > failed:
                    if self._machine:
                        terminal.interact(self._machine, self._words())
                        self._unplug()
                    break
            if self._kernel.name == "debug" and self._machine:
                self._leaks(writer)
        finally:
            self._unplug()
            writer.finish()
        return 1 if writer.failed or not writer.passed else 0

    def shell(self):
        try:
            return terminal.interact(self._boot(), self._words())
        finally:
            self._unplug()

    def _words(self):
        """What a script finds in its environment."""
        return {"MODULE": self._module, "KERNEL": self._kernel.name,
                "SLOWNESS": str(vm.SLOWNESS.get(self._kernel.name, 1)),
                "LAB_MODULES": " ".join(MODULES)}

    def _environment(self):
        return " ".join(f"{name}='{value}'" for name, value in self._words().items())

    def _boot(self):
        self._boots += 1
        log = self._folder / ("console.log" if self._boots == 1 else f"console.{self._boots}.log")
        log.unlink(missing_ok=True)
        self._machine = vm.Vm(self._kernel, self._initramfs, log, smp=self._smp, limit=7200,
                              name=self._name, terminal=True).start()
        if self._kernel.name == "debug":
            kmemleak.forget(self._machine)
        return self._machine

    def _unplug(self):
        if self._machine:
            self._machine.kill()
            self._machine = None

    def _scenario(self, writer, script, timeout, keep):
        """Runs one script. Besides its own lines there is always one more: that it
        came to its end, left nothing behind, and the kernel had nothing to say.
        With `keep`, a VM in which something failed stays as it is."""
        label = f"{self._kernel.name} {self._module} {script.stem}"
        reader = tap.Reader(writer, label)
        faults, failed = [], writer.failed
        try:
            machine = self._machine or self._boot()
        except vm.VmError as error:
            writer.result(False, f"{label}: boots")
            writer.diagnose(str(error))
            self._unplug()
            return
        console = klog.Console(machine.log)
        start = console.position()
        starved = scenarios.starves(script)
        begun, busy = time.monotonic(), machine.busy_seconds
        try:
            faults += self._run_script(machine, script, reader, timeout * machine.slowness)
            faults += reader.finish()
            if not keep or not faults and writer.failed == failed:
                faults += self._clean(machine, console, start, script.stem)
        except vm.VmError as error:
            faults.append(str(error))
            if not machine.alive and not console.complaints(start, starved):
                faults += ["the last lines of its console:", *console.since(start)[-klog.SHOWN:]]
            self._unplug()
        took = f"{time.monotonic() - begun:.0f} s"
        if machine.alive:
            took += f", {machine.busy_seconds - busy:.0f} s of a processor"
        complaints = console.complaints(start, starved)
        writer.result(not faults and not complaints,
                      f"{label}: ends well, leaves nothing, and the kernel does not complain")
        writer.diagnose(f"{label}: {took}")
        for fault in faults:
            writer.diagnose(fault)
        if complaints:
            writer.diagnose("the kernel complained:\n" + complaints)
            if not keep:
                self._unplug()  # a kernel that complained once is no witness any more

    def _run_script(self, machine, script, reader, timeout):
        machine.put("/lab/scenario", script.read_bytes())
        machine.check(f"echo 'lab: begin {script.stem}' >/dev/kmsg")
        job = machine.background(
            f"cd /tmp && exec env {self._environment()} bash /lab/scenario", reader.feed)
        try:
            status = job.wait(timeout)
        except vm.VmError as error:
            if not machine.alive:
                raise
            return [str(error), "what ran:",
                    machine.run("ps -o pid,ppid,args | grep -v -e '\\[' -e 'ps -o'")[1]]
        return [] if status == 0 else [f"exit status {status}"]

    def _clean(self, machine, console, start, name):
        machine.kill_processes()
        status, output = machine.run(f"{self._environment()} /lab/reset",
                                     RESET_SECONDS * machine.slowness)
        machine.check(f"echo 'lab: end {name}' >/dev/kmsg")
        if not console.wait_for(f"lab: end {name}", start, 10 * machine.slowness):
            raise vm.VmError("the console says nothing any more")
        if status == 0:
            return []
        self._unplug()
        return ["what it leaves behind cannot be taken away:", output]

    def _leaks(self, writer):
        label = f"{self._kernel.name} {self._module}: kmemleak finds nothing"
        try:
            report = kmemleak.report(self._machine)
        except vm.VmError as error:
            report = str(error)
        writer.result(not report, label)
        writer.diagnose(report)
