"""Real requests at a steady rate, and who answered them.

`labnet browse` asks in the client's VM: each request is a connection of its own,
from a port of its own.
"""

import csv
import threading
import time
from dataclasses import dataclass

TIMEOUT = 2.5  # seconds: a busy machine may be slow, and a slow answer is an answer


@dataclass(frozen=True)
class Request:
    asked: float  # seconds since the traffic began
    ended: float
    port: int
    server: str  # "" when nobody answered
    error: str

    @property
    def shown(self):
        """When a plot shows it: a SYN that is repeated meets whoever answers then."""
        return self.ended if self.server else self.asked


class Traffic:
    def __init__(self, client, address, servers, rate, timeout=TIMEOUT):
        self._client, self._address, self._servers = client, address, servers
        self._rate, self._timeout = rate, timeout
        self._lock = threading.Lock()
        self._requests = []
        self._rest = b""
        self._job = self._began = None
        self._ready = threading.Event()

    def start(self):
        self._job = self._client.background(
            f"exec labnet browse {self._address} 80 --rate {self._rate} "
            f"--timeout {self._timeout * 1000:.0f}", self._received)
        self._ready.wait(20)
        self._began = time.monotonic()

    def stop(self):
        self._job.kill()

    def now(self):
        return time.monotonic() - self._began

    def between(self, begin, end, when=lambda request: request.asked):
        """The requests that were asked in that time, as far as they have ended."""
        with self._lock:
            return [request for request in self._requests if begin <= when(request) < end]

    def _received(self, data):
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line == b"ready":
                self._ready.set()
                continue
            asked, ended, port, answer = line.decode(errors="replace").split(" ", 3)
            known = answer in self._servers
            error = "no answer" if answer == "-" else answer
            with self._lock:
                self._requests.append(Request(
                    int(asked) / 1000, int(ended) / 1000, int(port),
                    answer if known else "", "" if known else error))

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(("asked", "ended", "source_port", "answered_by", "error"))
            for request in sorted(self.between(0, float("inf")), key=lambda each: each.asked):
                table.writerow((f"{request.asked:.3f}", f"{request.ended:.3f}", request.port,
                                request.server, request.error))
