"""What the packet path of a compiled module can do, read from its machine code.

From the function that x_tables calls, every function that can be reached is
looked at. There may be no call but to those named here, none through a pointer,
and no locked instruction: so no lock is taken and nothing is allocated. What a
module may do besides, it names.
"""

import re
import subprocess
from collections import defaultdict

ENTRY = "nfc_tg"
HARMLESS = {
    "__fentry__",  # a no-op unless somebody traces
    "__x86_return_thunk",
    "__stack_chk_fail",  # does not return
    "skb_copy_bits",  # ports that are not in the packet's first piece
}

FUNCTION = re.compile(r"^[0-9a-f]+ <(\S+)>:$")
SECTION = re.compile(r"^Disassembly of section (\S+):$")
INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\s+(\S.*)$")
RELOCATION = re.compile(r"^\s+([0-9a-f]+): (R_X86_64_\S+)\s+(\S+?)(?:([+-]0x[0-9a-f]+))?$")
JUMP = re.compile(r"^(?:bnd )?(?:call|j[a-z]+)\s")
LOCKED = re.compile(r"^lock\b|^xchg\s.*\(")


def faults(module, entry=ENTRY, calls=frozenset(), locked=(), beyond=frozenset()):
    """What is wrong with the packet path of this file, a line each; and how many
    functions it has. `calls` and `locked` (how an instruction begins) are right;
    what is `beyond` is not looked at."""
    code, starts = _disassemble(module)
    if entry not in code:
        return [f"{module.name} has no {entry}"], 0
    found, seen, waiting = [], {entry}, [entry]
    while waiting:
        name = waiting.pop()
        for text, target in code[name]:
            if LOCKED.match(text) and not text.startswith(locked):
                found.append(f"{name}: {text}")
            if not JUMP.match(text):
                continue
            if "*" in text:
                found.append(f"{name}: goes through a pointer: {text}")
                continue
            callee = _callee(target, starts)
            if callee in beyond:
                continue
            if callee in code:
                if callee not in seen:
                    seen.add(callee)
                    waiting.append(callee)
            elif callee not in HARMLESS | calls:
                found.append(f"{name}: calls {callee}")
    return found, len(seen)


def _disassemble(module):
    """{function: [(instruction, where it jumps to, or None)]}, and where in its
    section each function starts."""
    output = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", str(module)],
                            check=True, capture_output=True, text=True).stdout
    code, starts = defaultdict(list), defaultdict(list)
    section = name = None
    for line in output.splitlines():
        if match := SECTION.match(line):
            section = match[1]
        elif match := FUNCTION.match(line):
            name = match[1]
            starts[section].append((int(line.split()[0], 16), name))
        elif match := RELOCATION.match(line):
            text, _ = code[name][-1]
            code[name][-1] = text, (match[3], int(match[4] or "0", 16))
        elif match := INSTRUCTION.match(line):
            inside = re.search(r"<([^+>]+)(?:\+0x[0-9a-f]+)?>", match[2])
            code[name].append((match[2], (inside[1], None) if inside else None))
    return code, starts


def _callee(target, starts):
    """The function's name; a relocation may say section and offset instead."""
    if target is None:
        return "something that objdump does not name"
    name, addend = target
    if name not in starts:
        return name
    address = addend + 4  # a jump counts from its end
    return max((start, function) for start, function in starts[name] if start <= address)[1]
