"""Writes cpio archives (newc) as the kernel unpacks them: no root, no temp tree."""

import stat


class Cpio:
    """Collects entries in order; parents are made as needed."""

    def __init__(self):
        self._parts = []
        self._known = set()
        self._inode = 0

    def directory(self, path, mode=0o755):
        path = path.strip("/")
        if path and path not in self._known:
            self._parents(path)
            self._entry(path, stat.S_IFDIR | mode, b"")

    def file(self, path, content, mode=0o644):
        self._parents(path.strip("/"))
        self._entry(path.strip("/"), stat.S_IFREG | mode, content)

    def symlink(self, path, target):
        self._parents(path.strip("/"))
        self._entry(path.strip("/"), stat.S_IFLNK | 0o777, target.encode())

    def device(self, path, major, minor, mode=0o600):
        self._parents(path.strip("/"))
        self._entry(path.strip("/"), stat.S_IFCHR | mode, b"", (major, minor))

    def bytes(self):
        """The archive without its end: archives can be joined before end()."""
        return b"".join(self._parts)

    @staticmethod
    def end():
        archive = Cpio()
        archive._entry("TRAILER!!!", 0, b"")
        return archive.bytes()

    def _parents(self, path):
        parent = path.rpartition("/")[0]
        if parent:
            self.directory(parent)

    def _entry(self, path, mode, content, device=(0, 0)):
        self._known.add(path)
        self._inode += 1
        name = path.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
        self._parts += [head, b"\0" * (-len(head) % 4), content, b"\0" * (-len(content) % 4)]
