"""The kernel without its wrapping: under emulation, unpacking itself is a
quarter of what a kernel does until it runs the first program."""

import hashlib
import lzma
import pathlib
import shutil
import struct
import subprocess
import zlib

import cache

FORMATS = {  # magic: how the rest of the file is unpacked
    b"\x1f\x8b\x08": lambda data: zlib.decompressobj(31).decompress(data),
    b"\xfd7zXZ\0": lambda data: lzma.LZMADecompressor().decompress(data),
    b"\x28\xb5\x2f\xfd": lambda data: _filter("zstd", data),
    b"\x02\x21\x4c\x18": lambda data: _filter("lz4", data),
}
# The ELF note by which QEMU finds the entry of a kernel that can start unwrapped.
PVH_NOTES = [struct.pack("<III", 4, size, 18) + b"Xen\0" for size in (4, 8)]


def bootable(path):
    """The unwrapped kernel in the cache; `path` itself where that is not possible."""
    path = pathlib.Path(path)
    status = path.stat()
    key = hashlib.sha256(f"{path} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:24]

    def make(folder):
        kernel = _unwrapped(path.read_bytes())
        (folder / ("vmlinux" if kernel else "none")).write_bytes(kernel)

    unwrapped = cache.entry("unwrapped", key, make) / "vmlinux"
    return unwrapped if unwrapped.exists() else path


def _unwrapped(data):
    for magic, unpack in FORMATS.items():
        at = data.find(magic)
        while at >= 0:
            kernel = _tried(unpack, data[at:])
            if kernel.startswith(b"\x7fELF") and any(note in kernel for note in PVH_NOTES):
                return kernel
            at = data.find(magic, at + 1)
    return b""


def _tried(unpack, data):
    try:
        return unpack(data)
    except (zlib.error, lzma.LZMAError):
        return b""  # the magic was there by chance


def _filter(program, data):
    # What follows the archive in the file makes it complain: the output counts.
    if not shutil.which(program):
        return b""
    return subprocess.run([program, "-dc"], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout
